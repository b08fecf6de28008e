using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Tests.Rig;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>One connection of a scripted server: reads what the client writes, writes what the test says, keeps every byte.</summary>
internal sealed class ScriptedConnection : IAsyncDisposable
{
    public static readonly XNamespace Client = "jabber:client";
    public static readonly XNamespace Sm = "urn:xmpp:sm:3";
    public static readonly XNamespace Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    public static readonly XNamespace TlsNamespace = "urn:ietf:params:xml:ns:xmpp-tls";

    private readonly Socket _socket;
    private readonly ElementScanner _scanner = new();
    private readonly MemoryStream _everything = new();
    private readonly MemoryStream _inClear = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream _stream;
    private bool _isCounting;

    public ScriptedConnection(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>All the client has written, decrypted.</summary>
    public string Received => Encoding.UTF8.GetString(_everything.ToArray());

    /// <summary>What the client has written outside TLS.</summary>
    public string ReceivedInClear => Encoding.UTF8.GetString(_inClear.ToArray());

    /// <summary>Stanzas the client has sent since it enabled stream management: the server's <c>h</c>.</summary>
    public long Handled { get; set; }

    /// <summary>Bytes the test has got rid of; the client's system may hold some of them unread.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes that have come from the client and that the test has not read.</summary>
    public int WaitingBytes => _socket.Available;

    public SslStream? Tls => _stream as SslStream;

    public async Task<Token> ReadAsync(string what)
    {
        while (true)
        {
            if (_scanner.Next() is { } token)
            {
                Count(token);
                return token;
            }

            int count;
            try
            {
                count = await _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken).Within(what);
            }
            catch (IOException)
            {
                // A client that gives up on hostile input may close with our bytes unread, which resets the connection.
                count = 0;
            }

            if (count == 0)
            {
                return new Token(TokenKind.Closed, Encoding.UTF8.GetString(_scanner.TakeRest()));
            }

            _everything.Write(_buffer, 0, count);
            if (Tls is null)
            {
                _inClear.Write(_buffer, 0, count);
            }

            _scanner.Append(_buffer.AsSpan(0, count));
        }
    }

    public async Task<XElement> ReadElementAsync(string what)
    {
        var token = await ReadAsync(what);
        return token.Kind == TokenKind.Element
            ? token.Element!
            : throw new InvalidOperationException($"Instead of {what} came {token.Kind}: {token.Text}. Before it: {Received}");
    }

    public async Task<XElement> ReadElementAsync(XName name, string what)
    {
        var element = await ReadElementAsync(what);
        return element.Name == name ? element : throw new InvalidOperationException($"Instead of {what} came {element}");
    }

    /// <summary>The next message, presence or iq; requests and answers of stream management are passed over.</summary>
    public async Task<XElement> ReadStanzaAsync(string what)
    {
        while (true)
        {
            var element = await ReadElementAsync(what);
            if (element.Name.Namespace != Sm)
            {
                return element;
            }
        }
    }

    /// <summary>The next <c>a</c> of stream management; everything else is passed over.</summary>
    public async Task<long> ReadAckAsync()
    {
        while (true)
        {
            var element = await ReadElementAsync("an acknowledgement of stream management");
            if (element.Name == Sm + "a")
            {
                return (long)element.Attribute("h")!;
            }
        }
    }

    /// <summary>
    /// Reads to the end of the connection and gives all tokens, the closing tag of the stream among them. Like any server it closes its side when
    /// the client has ended the stream.
    /// </summary>
    public async Task<IReadOnlyList<Token>> ReadToCloseAsync()
    {
        var tokens = new List<Token>();
        while (true)
        {
            var token = await ReadAsync("the client to close the connection");
            tokens.Add(token);
            if (token.Kind == TokenKind.Closed)
            {
                return tokens;
            }

            if (token.Kind == TokenKind.End)
            {
                CloseOwnSide();
            }
        }
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask().Within("the client to take our bytes");
        await _stream.FlushAsync(TestContext.Current.CancellationToken);
        Written += bytes.Length;
    }

    /// <summary>Writes until everything is out or the client has closed; tells whether everything got out.</summary>
    public async Task<bool> TryWriteAsync(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        try
        {
            foreach (var piece in pieces)
            {
                await WriteAsync(piece);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public async Task SecureAsync(X509Certificate2 certificate, IEnumerable<X509Certificate2>? chain = null, SslServerAuthenticationOptions? options = null)
    {
        var secure = new SslStream(_stream);
        _stream = secure;
        options ??= new SslServerAuthenticationOptions();
        options.ServerCertificateContext = SslStreamCertificateContext.Create(certificate, [.. chain ?? []], offline: true);
        await secure.AuthenticateAsServerAsync(options, TestContext.Current.CancellationToken).Within("the TLS handshake");
    }

    /// <summary>Cuts the connection without a word, as a network does.</summary>
    public void Cut()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void StartCounting(long handled = 0)
    {
        _isCounting = true;
        Handled = handled;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync();
        }
        catch (IOException)
        {
            // The client is gone already.
        }

        _socket.Dispose();
    }

    private void CloseOwnSide()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client has closed both sides already.
        }
    }

    private void Count(Token token)
    {
        if (_isCounting && token.Element is { } element && element.Name.Namespace == Client && token.Kind == TokenKind.Element)
        {
            Handled++;
        }
    }
}
