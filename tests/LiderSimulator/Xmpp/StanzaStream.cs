using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>The two directions of one TCP connection as stanzas: no negotiation, no meaning. One reader, one writer.</summary>
internal sealed class StanzaStream : IAsyncDisposable
{
    private static readonly XmlReaderSettings ReaderSettings = new()
    {
        ConformanceLevel = ConformanceLevel.Fragment,
        DtdProcessing = DtdProcessing.Prohibit,
        CheckCharacters = true,
    };

    private readonly Socket _socket;
    private readonly XmlParserContext _context;
    private Stream _stream;
    private StanzaScanner _scanner = new();

    private StanzaStream(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        var names = new NameTable();
        var namespaces = new XmlNamespaceManager(names);
        namespaces.AddNamespace("", XmppNames.Client.NamespaceName);
        namespaces.AddNamespace("stream", XmppNames.Streams.NamespaceName);
        _context = new XmlParserContext(names, namespaces, null, XmlSpace.None);
    }

    /// <summary>Opens the TCP connection.</summary>
    public static async Task<StanzaStream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken);
            return new StanzaStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Writes the stream header and reads the server's features.</summary>
    public async Task<XElement> OpenAsync(string domain, CancellationToken cancellationToken)
    {
        _scanner = new StanzaScanner();
        await WriteAsync(
            Encoding.UTF8.GetBytes(
                $"<?xml version='1.0'?><stream:stream to='{XmppNames.Escape(domain)}' version='1.0' xmlns='jabber:client' " +
                "xmlns:stream='http://etherx.jabber.org/streams'>"),
            cancellationToken);
        var features = await ReadRequiredAsync(cancellationToken);
        return features.Element.Name == XmppNames.Streams + "features"
            ? features.Element
            : throw new BareXmppException($"Stream features expected, got {features.Element.Name.LocalName}.");
    }

    /// <summary>Turns the connection into TLS without looking at the certificate: the simulator proves nothing about the server.</summary>
    public async Task SecureAsync(string domain, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
#pragma warning disable CA5359 // On purpose: stock servers have self-signed certificates (LP 1.2), and this is no product code.
        var options = new SslClientAuthenticationOptions { TargetHost = domain, RemoteCertificateValidationCallback = (_, _, _, _) => true };
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(options, cancellationToken);
    }

    /// <summary>Writes bytes to the wire.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>The next stanza; <see langword="null"/> when the server has ended the stream or the connection.</summary>
    public async ValueTask<IncomingStanza?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(out var stanza))
            {
                return stanza;
            }

            if (_scanner.Ended)
            {
                return null;
            }

            var count = await _stream.ReadAsync(_scanner.GetRoom(), cancellationToken);
            if (count == 0)
            {
                return null;
            }

            _scanner.Commit(count);
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, where the end of the stream is an error.</summary>
    public async Task<IncomingStanza> ReadRequiredAsync(CancellationToken cancellationToken)
    {
        var stanza = await ReadAsync(cancellationToken) ?? throw new BareXmppException("The server ended the stream.");
        return stanza.Element.Name == XmppNames.Streams + "error" ? throw StreamError(stanza.Element) : stanza;
    }

    /// <summary>What a stream error says.</summary>
    public static BareXmppException StreamError(XElement error)
    {
        var condition = error.Elements().FirstOrDefault()?.Name.LocalName;
        return new BareXmppException($"Stream error {condition}: {error.Value}", condition);
    }

    /// <summary>No more will be written; the server sees the end of the connection.</summary>
    public void EndWriting() => _socket.Shutdown(SocketShutdown.Send);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private bool TryTake(out IncomingStanza stanza)
    {
        if (!_scanner.TryRead(out var bytes))
        {
            stanza = null!;
            return false;
        }

        using var text = new StringReader(Encoding.UTF8.GetString(bytes));
        using var reader = XmlReader.Create(text, ReaderSettings, _context);
        stanza = new IncomingStanza(XElement.Load(reader), bytes.Length);
        return true;
    }
}
