using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using System.Xml;
using System.Xml.Linq;

namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>
/// A logged-in XMPP session with as little as possible around it: SASL PLAIN or ANONYMOUS, resource binding, answers to pings, no
/// stream management and no reconnection. Lider's Smack 4.1.5 and the Python agent are of this kind (LP 1.9).
/// </summary>
public sealed class BareXmppConnection : IAsyncDisposable
{
    private const int WriteBatchBytes = 64 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly StanzaStream _stream;
    private readonly Action<IncomingStanza>? _onStanza;
    private readonly TimeSpan _iqTimeout;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<XElement>> _requests = new();
    private readonly Channel<byte[]> _outgoing =
        Channel.CreateBounded<byte[]>(new BoundedChannelOptions(16 * 1024) { SingleReader = true });

    private readonly Task _reading;
    private readonly Task _writing;
    private long _ids;
    private int _disposed;

    private BareXmppConnection(StanzaStream stream, BareXmppOptions options, string jid, Action<IncomingStanza>? onStanza)
    {
        _stream = stream;
        _onStanza = onStanza;
        _iqTimeout = options.LoginTimeout;
        Jid = jid;
        Domain = options.Domain;
        _writing = Task.Run(WriteLoopAsync);
        _reading = Task.Run(ReadLoopAsync);
    }

    /// <summary>The full JID that was bound.</summary>
    public string Jid { get; }

    /// <summary>The XMPP domain.</summary>
    public string Domain { get; }

    /// <summary>Completes with the reason when the session has ended, whoever ended it.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>Connects, authenticates and binds. No presence is sent.</summary>
    /// <param name="options">Where and as whom.</param>
    /// <param name="onStanza">
    /// Gets every message and presence and the (already answered) roster pushes, in order, on the reading loop: it must be quick.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BareXmppException">The server refused.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The server cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="BareXmppOptions.LoginTimeout"/>.</exception>
    public static async Task<BareXmppConnection> ConnectAsync(
        BareXmppOptions options, Action<IncomingStanza>? onStanza, CancellationToken cancellationToken)
    {
        var (stream, jid) = await XmppLogin.RunAsync(options, XmppLogin.AuthenticateAndBindAsync, cancellationToken);
        return new BareXmppConnection(stream, options, jid, onStanza);
    }

    /// <summary>A stanza id that is unique in this process.</summary>
    public string NextId() => $"{(uint)GetHashCode():x}-{Interlocked.Increment(ref _ids)}";

    /// <summary>Queues a stanza; waits only while the queue is full. False when the session has ended: the stanza is lost then.</summary>
    public async ValueTask<bool> SendAsync(string xml, CancellationToken cancellationToken)
    {
        var bytes = Encoding.UTF8.GetBytes(xml);
        if (_outgoing.Writer.TryWrite(bytes))
        {
            return true;
        }

        try
        {
            await _outgoing.Writer.WriteAsync(bytes, cancellationToken);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Queues a stanza from the reading loop, which must not wait. False when the session has ended or the queue is full.</summary>
    public bool TrySend(string xml) => _outgoing.Writer.TryWrite(Encoding.UTF8.GetBytes(xml));

    /// <summary>Sends a <c>normal</c> message with a body, as Lider and agents do (LP 1.5).</summary>
    public ValueTask<bool> SendMessageAsync(
        string to, string body, CancellationToken cancellationToken, string? id = null, string extension = "") =>
        SendAsync(ComposeMessage(to, body, id ?? NextId(), extension), cancellationToken);

    /// <summary>The XML of a <c>normal</c> message with a body.</summary>
    public static string ComposeMessage(string to, string body, string id, string extension = "") =>
        $"<message to='{XmppNames.Escape(to)}' id='{XmppNames.Escape(id)}' type='normal'><body>{XmppNames.Escape(body)}</body>{extension}</message>";

    /// <summary>Sends an IQ and waits for its answer.</summary>
    /// <param name="type"><c>get</c> or <c>set</c>.</param>
    /// <param name="to">The addressee; <see langword="null"/>: the own account.</param>
    /// <param name="payload">The XML inside.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The result stanza.</returns>
    /// <exception cref="BareXmppException">An error was answered, or the session ended.</exception>
    public async Task<XElement> RequestAsync(string type, string? to, string payload, CancellationToken cancellationToken)
    {
        var id = NextId();
        var answer = new TaskCompletionSource<XElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[id] = answer;
        try
        {
            var address = to is null ? "" : $" to='{XmppNames.Escape(to)}'";
            if (!await SendAsync($"<iq type='{type}' id='{id}'{address}>{payload}</iq>", cancellationToken))
            {
                throw new BareXmppException("The session has ended.");
            }

            // The session may have ended between the registration of the wait and the send.
            if (_closed.Task.IsCompleted)
            {
                answer.TrySetException(new BareXmppException("The session has ended."));
            }

            var result = await answer.Task.WaitAsync(_iqTimeout, cancellationToken);
            return (string?)result.Attribute("type") == "result" ? result : throw InBandRegistration.IqError(result);
        }
        finally
        {
            _requests.TryRemove(id, out _);
        }
    }

    /// <summary>Waits until the server has handled everything that was sent before (a ping goes the same way, in order).</summary>
    public Task DrainAsync(CancellationToken cancellationToken) =>
        RequestAsync("get", Domain, "<ping xmlns='urn:xmpp:ping'/>", cancellationToken);

    /// <summary>Cuts the connection without a word, as a killed process does.</summary>
    public async Task AbortAsync()
    {
        End("Aborted.");
        await _stop.CancelAsync();
        await _stream.DisposeAsync();
        await Task.WhenAll(_reading, _writing);
    }

    /// <summary>Writes what is queued, ends the stream in order and waits for both loops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        TrySend("</stream:stream>");
        End("Closed by this side.");
        _stop.CancelAfter(CloseTimeout);
        try
        {
            await Task.WhenAll(_reading, _writing);
        }
        finally
        {
            await _stream.DisposeAsync();
            _stop.Dispose();
        }
    }

    private async Task WriteLoopAsync()
    {
        var batch = new ArrayBufferWriter<byte>(WriteBatchBytes);
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_stop.Token))
            {
                batch.ResetWrittenCount();
                while (batch.WrittenCount < WriteBatchBytes && _outgoing.Reader.TryRead(out var bytes))
                {
                    batch.Write(bytes);
                }

                await _stream.WriteAsync(batch.WrittenMemory, _stop.Token);
            }

            _stream.EndWriting();
        }
        catch (Exception e) when (IsConnectionFailure(e))
        {
            End(e.Message);
        }
    }

    private async Task ReadLoopAsync()
    {
        var reason = "The server ended the stream.";
        try
        {
            while (await _stream.ReadAsync(_stop.Token) is { } stanza)
            {
                if (stanza.Element.Name == XmppNames.Streams + "error")
                {
                    reason = StanzaStream.StreamError(stanza.Element).Message;
                }
                else if (!AnsweredHere(stanza))
                {
                    _onStanza?.Invoke(stanza);
                }
            }
        }
        catch (Exception e) when (IsConnectionFailure(e) || e is XmlException or BareXmppException)
        {
            reason = e.Message;
        }
        finally
        {
            // Also when a handler throws: nobody would read any more, so the session is over; the exception surfaces at disposal.
            End(reason);
        }
    }

    /// <summary>Results of own requests, and the requests every client answers (XEP-0199, XEP-0030, roster pushes).</summary>
    private bool AnsweredHere(IncomingStanza stanza)
    {
        if (stanza.Name != "iq")
        {
            return false;
        }

        if (stanza.Type is "result" or "error")
        {
            return stanza.Id is { } id && _requests.TryGetValue(id, out var answer) && answer.TrySetResult(stanza.Element);
        }

        var payload = stanza.Element.Elements().FirstOrDefault();
        var space = payload?.Name.Namespace;
        var content = space == XmppNames.Ping || space == XmppNames.Roster ? "" : space == XmppNames.DiscoInfo
            ? "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='pc' name='Smack'/>" +
              "<feature var='urn:xmpp:ping'/><feature var='urn:xmpp:receipts'/></query>"
            : "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
        var type = content.StartsWith("<error", StringComparison.Ordinal) ? "error" : "result";
        var to = stanza.From.Length == 0 ? "" : $" to='{XmppNames.Escape(stanza.From)}'";
        TrySend($"<iq type='{type}' id='{XmppNames.Escape(stanza.Id ?? "")}'{to}>{content}</iq>");
        return space != XmppNames.Roster;
    }

    private void End(string reason)
    {
        _outgoing.Writer.TryComplete();
        if (_closed.TrySetResult(reason))
        {
            foreach (var request in _requests.Values)
            {
                request.TrySetException(new BareXmppException("The session has ended: " + reason));
            }
        }
    }

    private static bool IsConnectionFailure(Exception e) =>
        e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException;
}
