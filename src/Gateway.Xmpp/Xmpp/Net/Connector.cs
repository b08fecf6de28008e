using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Ahenk.Gateway.Xmpp.Xmpp.Session;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Xmpp.Net;

/// <summary>A connection with everything negotiated.</summary>
/// <param name="Link">The connection; the receiver disposes of it.</param>
/// <param name="Negotiated">What was negotiated.</param>
/// <param name="Description">For people; see <see cref="XmppStatus.Connection"/>.</param>
internal sealed record Connection(XmppLink Link, Negotiated Negotiated, string Description);

/// <summary>
/// Tries a server's addresses in turn until a session can begin. What fails before a login was tried is tried at the next address; a refused login is
/// not, since every refusal brings the machine nearer to a ban (LP 1.2).
/// </summary>
internal sealed class Connector(XmppClientOptions options, EndpointFinder finder, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan KeepAliveAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(10);

    /// <summary>The address that was tried last, for the log.</summary>
    public string LastAddress { get; private set; } = "";

    /// <summary>Connects and negotiates.</summary>
    /// <exception cref="StreamFailureException">No address led to a session.</exception>
    public async Task<Connection> ConnectAsync(
        (string StreamId, Jid BoundJid)? resumable, Func<long> handled, Action<XmppPhase> enter, CancellationToken stop)
    {
        LastAddress = options.Host.Length > 0 ? $"{options.Host}:{options.Port}" : options.ServiceName;
        enter(XmppPhase.Resolving);
        var candidates = await FindAsync(stop);
        (XmppPhase Phase, StreamFailureException Failure)? furthest = null;
        foreach (var candidate in candidates)
        {
            var phase = XmppPhase.Connecting;
            LastAddress = candidate.EndPoint.ToString();
            try
            {
                return await TryAsync(
                    candidate,
                    resumable,
                    handled,
                    p =>
                    {
                        phase = p;
                        enter(p);
                    },
                    stop);
            }
            catch (StreamFailureException e)
            {
                logger.CandidateFailed(LastAddress, e.Message);
                if (furthest is null || phase > furthest.Value.Phase)
                {
                    furthest = (phase, e);
                }

                if (phase >= XmppPhase.Authenticating && e.Kind != XmppFailureKind.ConnectionLost)
                {
                    break;
                }
            }
        }

        enter(furthest!.Value.Phase);
        throw furthest.Value.Failure;
    }

    private async Task<IReadOnlyList<Candidate>> FindAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(options.NegotiationTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await finder.FindAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new StreamFailureException(XmppFailureKind.NameResolution, "The name servers took too long to answer.", e);
        }
    }

    private async Task<Connection> TryAsync(
        Candidate candidate, (string, Jid)? resumable, Func<long> handled, Action<XmppPhase> enter, CancellationToken stop)
    {
        enter(XmppPhase.Connecting);
        var link = new XmppLink(await OpenAsync(candidate.EndPoint, stop), options, time);
        var phase = XmppPhase.Connecting;
        var tls = new TlsSettings(options);
        try
        {
            using var limit = new CancellationTokenSource(options.NegotiationTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            var negotiation = new Negotiation(
                options,
                link,
                tls,
                p =>
                {
                    phase = p;
                    enter(p);
                });
            var negotiated = await negotiation.RunAsync(candidate.DirectTls, resumable, handled, either.Token);
            if (tls.Unchecked is { } fingerprint)
            {
                logger.CertificateUnchecked(LastAddress, fingerprint);
            }

            return new Connection(link, negotiated, Describe(link.Tls, candidate.EndPoint, negotiated));
        }
        catch (Exception e) when (Failures.IsExpected(e) && !stop.IsCancellationRequested)
        {
            await EndAsync(link, e as StreamFailureException);
            throw e as StreamFailureException ?? ToFailure(e, phase, tls);
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    private static StreamFailureException ToFailure(Exception exception, XmppPhase phase, TlsSettings tls)
    {
        if (exception is AuthenticationException && tls.Refusal is { } refusal)
        {
            return new StreamFailureException(XmppFailureKind.Tls, refusal, exception);
        }

        var failure = Failures.Describe(exception, phase, default);
        return new StreamFailureException(failure.Kind, failure.Message, exception);
    }

    private async Task<Socket> OpenAsync(EndPoint endPoint, CancellationToken stop)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)KeepAliveAfter.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)KeepAliveEvery.TotalSeconds);
            using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            await socket.ConnectAsync(endPoint, either.Token);
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new StreamFailureException(
                XmppFailureKind.Unreachable,
                e is SocketException ? $"{endPoint} cannot be reached: {e.Message}." : $"{endPoint} did not answer within {options.ConnectTimeout.TotalSeconds:0.#} s.",
                e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends what has not become a session; the server is told why when it broke the rules.</summary>
    private async Task EndAsync(XmppLink link, StreamFailureException? failure)
    {
        await using (link)
        {
            if (failure?.Condition is null)
            {
                return;
            }

            try
            {
                using var limit = new CancellationTokenSource(options.PingTimeout, time);
                await link.EndStreamAsync(failure, limit.Token);
            }
            catch (Exception e) when (Failures.IsExpected(e))
            {
                logger.CandidateFailed(LastAddress, e.Message);
            }
        }
    }

    private static string Describe(SslStream? tls, IPEndPoint endPoint, Negotiated negotiated)
    {
        var security = tls?.SslProtocol switch
        {
            null => "no TLS",
            SslProtocols.Tls12 => "TLS 1.2",
            SslProtocols.Tls13 => "TLS 1.3",
            var other => other.ToString(),
        };
        var management = negotiated switch
        {
            { StreamId: not null } => ", stream management",
            { Counting: true } => ", stream management without resumption",
            _ => "",
        };
        return $"{security}, {endPoint}, {negotiated.Mechanism}{management}";
    }
}
