using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp.Net;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp;

/// <summary>What a step towards the server has led to.</summary>
/// <param name="Found">What was found, as a sentence.</param>
/// <param name="Problem">What is wrong and what to do; <see langword="null"/>: nothing.</param>
public sealed record ProbedStep(string Found, string? Problem)
{
    /// <summary>Until when the server's certificate is valid, where it was seen.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Whether the certificate was taken unchecked, or there is no TLS at all.</summary>
    public bool IsUnprotected { get; init; }
}

/// <summary>
/// Goes the way to the XMPP server as a session would, up to TLS and no further: it logs in nowhere, so that it disturbs no session. Each step is gone once,
/// however often it is asked for, and fails by itself after a time.
/// </summary>
public sealed class ServerProbe : IAsyncDisposable
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(5);

    private readonly XmppClientOptions _options;
    private readonly TimeProvider _time;
    private readonly INameLookup _lookup;
    private readonly Lazy<Task<Found>> _addresses;
    private readonly Lazy<Task<Opened>> _connection;
    private readonly Lazy<Task<ProbedStep>> _security;

    /// <summary>Prepares; nothing is asked yet.</summary>
    /// <param name="options">How Lider is reached.</param>
    /// <param name="host">The server given at registration by hand, or <see langword="null"/>.</param>
    /// <param name="time">The clock.</param>
    public ServerProbe(GatewayOptions options, string? host, TimeProvider time)
        : this(options, host, time, new DnsNameLookup())
    {
    }

    internal ServerProbe(GatewayOptions options, string? host, TimeProvider time, INameLookup lookup)
    {
        _options = options.ToClientOptions(new XmppCredentials.Anonymous(), host, permanent: false);
        _time = time;
        _lookup = lookup;
        _addresses = new(FindAsync);
        _connection = new(OpenAsync);
        _security = new(SecureAsync);
    }

    /// <summary>What is looked up.</summary>
    public string Target => _options.Host.Length > 0 ? $"{_options.Host}:{_options.Port}" : $"the SRV records of {_options.ServiceName}";

    /// <summary>Looks the server's addresses up.</summary>
    public async Task<ProbedStep> ResolveAsync() => (await _addresses.Value).Step;

    /// <summary>Opens a TCP connection; <see langword="null"/>: there is no address.</summary>
    public async Task<ProbedStep?> ConnectAsync() => (await _addresses.Value).Candidates.Count > 0 ? (await _connection.Value).Step : null;

    /// <summary>Has TLS negotiated; <see langword="null"/>: there is no connection.</summary>
    public async Task<ProbedStep?> NegotiateAsync() =>
        (await _addresses.Value).Candidates.Count > 0 && (await _connection.Value).Socket is not null ? await _security.Value : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            (await _connection.Value).Socket?.Dispose();
        }
    }

    private async Task<Found> FindAsync()
    {
        using var limit = new CancellationTokenSource(StepLimit, _time);
        try
        {
            // The system's own resolver cannot always be stopped, only left behind.
            var found = await new EndpointFinder(_options, _lookup, new Random()).FindAsync(limit.Token).WaitAsync(limit.Token);
            return new Found(found, new ProbedStep($"{Target}: {string.Join(", ", found.Select(one => one.EndPoint).Distinct())}.", null));
        }
        catch (StreamFailureException failure)
        {
            return new Found([], new ProbedStep(failure.Message, "Check [CONNECTION] host and servicename, /etc/resolv.conf, and the name servers it names."));
        }
        catch (OperationCanceledException)
        {
            return new Found([], new ProbedStep(
                $"The name servers did not answer within {StepLimit.TotalSeconds:0} s for {Target}.",
                "Check /etc/resolv.conf and whether the name servers it names can be reached and answer."));
        }
    }

    private async Task<Opened> OpenAsync()
    {
        var refusals = new List<string>();
        foreach (var candidate in (await _addresses.Value).Candidates)
        {
            var socket = new Socket(candidate.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var limit = new CancellationTokenSource(StepLimit / 2, _time);
                await socket.ConnectAsync(candidate.EndPoint, limit.Token);
                return new Opened(socket, candidate.DirectTls, new ProbedStep($"{candidate.EndPoint} takes connections.", null));
            }
            catch (SocketException failure)
            {
                refusals.Add($"{candidate.EndPoint} cannot be reached: {failure.Message}.");
            }
            catch (OperationCanceledException)
            {
                refusals.Add($"{candidate.EndPoint} did not answer within {(StepLimit / 2).TotalSeconds:0.#} s.");
            }

            socket.Dispose();
        }

        return new Opened(null, false, new ProbedStep(
            string.Join(' ', refusals), "Check that the XMPP server runs, that [CONNECTION] host and port are right, and that no firewall is in the way."));
    }

    private async Task<ProbedStep> SecureAsync()
    {
        if (_options.Tls == TlsMode.Never)
        {
            return new ProbedStep("TLS is switched off ([CONNECTION] use_tls): whoever sits on the network reads and changes everything.", null) { IsUnprotected = true };
        }

        var opened = await _connection.Value;
        await using var link = new XmppLink(opened.Socket!, _options, _time);
        var tls = new TlsSettings(_options);
        using var limit = new CancellationTokenSource(StepLimit, _time);
        try
        {
            if (opened.DirectTls)
            {
                await link.SecureAsync(tls.Create(true), limit.Token);
            }
            else if (!await StartTlsAsync(link, tls, limit.Token))
            {
                return _options.Tls == TlsMode.Optional
                    ? new ProbedStep("The server does not offer TLS: whoever sits on the network reads and changes everything.", null) { IsUnprotected = true }
                    : new ProbedStep("The server does not offer TLS, which is required.", "Enable STARTTLS on the server.");
            }

            using var certificate = new X509Certificate2(link.Tls!.RemoteCertificate!);
            return new ProbedStep($"{link.Tls.SslProtocol}; the certificate {certificate.Subject} is valid until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC.", null)
            {
                ValidUntil = certificate.NotAfter.ToUniversalTime(),
                IsUnprotected = tls.Unchecked is not null,
            };
        }
        catch (AuthenticationException) when (tls.Refusal is { } refusal)
        {
            return new ProbedStep(refusal, "Compare the clock and [CONNECTION] servicename, tls_ca_file and tls_certificate_sha256 with the certificate.");
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or SocketException or StreamFailureException or OperationCanceledException or System.Xml.XmlException)
        {
            return new ProbedStep(
                failure is OperationCanceledException ? $"TLS was not negotiated within {StepLimit.TotalSeconds:0} s." : $"TLS cannot be negotiated: {failure.Message}",
                "Check that [CONNECTION] port is the server's port for clients, and the server's TLS settings.");
        }
    }

    private static async Task<bool> StartTlsAsync(XmppLink link, TlsSettings tls, CancellationToken cancellationToken)
    {
        await link.OpenStreamAsync(cancellationToken);
        if ((await link.ExpectAsync(cancellationToken)).Element(Ns.Tls + "starttls") is null)
        {
            return false;
        }

        await link.WriteAsync(buffer => buffer.Raw("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8), cancellationToken);
        if ((await link.ExpectAsync(cancellationToken)).Name != Ns.Tls + "proceed")
        {
            throw new StreamFailureException(XmppFailureKind.Tls, "The server offered TLS and then refused it.");
        }

        await link.SecureAsync(tls.Create(false), cancellationToken);
        return true;
    }

    private sealed record Found(IReadOnlyList<Candidate> Candidates, ProbedStep Step);

    private sealed record Opened(Socket? Socket, bool DirectTls, ProbedStep Step);
}
