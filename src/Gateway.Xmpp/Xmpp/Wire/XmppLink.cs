using System.Net.Security;
using System.Net.Sockets;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Xmpp.Net;

namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>One connection to a server: the socket, TLS once it stands, and the stream on top.</summary>
internal sealed class XmppLink : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly string _serviceName;
    private Stream _stream;
    private readonly StanzaReader _reader;

    /// <summary>Takes over a connected socket.</summary>
    public XmppLink(Socket socket, XmppClientOptions options, TimeProvider time)
    {
        _socket = socket;
        _serviceName = options.ServiceName;
        Meter = new TrafficMeter(time);
        _stream = new MeteredStream(new PromptStream(socket), Meter);
        _reader = new StanzaReader(_stream, options, Meter);
    }

    /// <summary>When something was last heard and written.</summary>
    public TrafficMeter Meter { get; }

    /// <summary>TLS, once it stands.</summary>
    public SslStream? Tls { get; private set; }

    /// <summary>Where bytes are written.</summary>
    public Stream Output => _stream;

    /// <summary>Whether the stream's start tag was sent, so that it can be ended.</summary>
    public bool IsStreamOpen { get; private set; }

    /// <summary>Opens a stream, or opens it anew on the same connection, and reads the server's start tag.</summary>
    public async Task OpenStreamAsync(CancellationToken cancellationToken)
    {
        using var buffer = new OutgoingBuffer();
        buffer.Raw("<?xml version='1.0'?><stream:stream"u8);
        buffer.Attribute("to"u8, _serviceName);
        buffer.Raw(" version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"u8);
        await _stream.WriteAsync(buffer.Written, cancellationToken);
        IsStreamOpen = true;

        var start = await _reader.ReadStreamStartAsync(cancellationToken);
        if (start.Name != Ns.Stream + "stream")
        {
            throw StreamFailureException.Violation("invalid-namespace", "What answers there is not an XMPP server.");
        }

        if (start.GetDefaultNamespace() != Ns.Client)
        {
            throw StreamFailureException.Violation("invalid-namespace", "What answers there is an XMPP server's port for something else than clients.");
        }

        var version = (string?)start.Attribute("version");
        if (version is null || !version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw StreamFailureException.Violation("unsupported-version", "The server does not speak XMPP 1.0.");
        }
    }

    /// <summary>Reads the next element at stream level; <see langword="null"/>: the server closed the stream.</summary>
    public ValueTask<XElement?> ReadAsync(CancellationToken cancellationToken) => _reader.ReadAsync(cancellationToken);

    /// <summary>Reads the next element during negotiation, where neither an end nor an error is expected.</summary>
    public async ValueTask<XElement> ExpectAsync(CancellationToken cancellationToken)
    {
        var element = await _reader.ReadAsync(cancellationToken)
            ?? throw new StreamFailureException(XmppFailureKind.ConnectionLost, "The server closed the stream.");
        return element.Name == Ns.Stream + "error" ? throw StreamErrors.ToFailure(element) : element;
    }

    /// <summary>Writes markup during negotiation.</summary>
    public async ValueTask WriteAsync(Action<OutgoingBuffer> write, CancellationToken cancellationToken)
    {
        using var buffer = new OutgoingBuffer();
        write(buffer);
        await _stream.WriteAsync(buffer.Written, cancellationToken);
    }

    /// <summary>Negotiates TLS on the connection. Nothing that came before it is carried over.</summary>
    public async Task SecureAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, false);
        _reader.Restart(tls, false);
        _stream = tls;
        IsStreamOpen = false;
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
        }
        catch (IOException e)
        {
            throw new StreamFailureException(XmppFailureKind.Tls, $"The connection ended before TLS stood: {e.Message}", e);
        }

        Tls = tls;
    }

    /// <summary>The login succeeded: what follows is a new stream.</summary>
    public void Authenticated()
    {
        _reader.Restart(_stream, true);
        IsStreamOpen = false;
    }

    /// <summary>Ends the stream during negotiation.</summary>
    public async Task EndStreamAsync(StreamFailureException failure, CancellationToken cancellationToken)
    {
        if (IsStreamOpen)
        {
            IsStreamOpen = false;
            await WriteAsync(buffer => StanzaWriter.StreamEnd(buffer, failure.Condition, failure.Detail), cancellationToken);
        }
    }

    /// <summary>
    /// Sends no more and throws away what comes until the server closes: a connection closed with unread bytes is reset, and a reset can
    /// overtake the last words.
    /// </summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _socket.Shutdown(SocketShutdown.Send);
        var waste = new byte[16 * 1024];
        while (await _socket.ReceiveAsync(waste, cancellationToken) > 0)
        {
        }
    }

    /// <summary>Drops the connection: reads and writes that are under way end at once.</summary>
    public void Abort() => _socket.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Abort();
        await _stream.DisposeAsync();
        _reader.Dispose();
    }
}
