namespace Ahenk.XmppServers;

/// <summary>A real XMPP server that belongs to one test run: own ports on 127.0.0.1, own directory, and it ends with its owner.</summary>
public interface IXmppTestServer : IAsyncDisposable
{
    /// <summary>The product, for messages.</summary>
    string Product { get; }

    /// <summary>The host it serves: <c>im.liderahenk.org</c>.</summary>
    string Domain { get; }

    /// <summary>The port for clients on 127.0.0.1; stays the same when the server is started again.</summary>
    int Port { get; }

    /// <summary>The direct TLS port (XEP-0368), or <see langword="null"/> when TLS is not offered.</summary>
    int? DirectTlsPort { get; }

    /// <summary>The PEM file of the server's self-signed certificate; also the CA file of a client that trusts it.</summary>
    string CaFile { get; }

    /// <summary>The server's own log.</summary>
    string LogFile { get; }

    /// <summary>The process, or <see langword="null"/> while it is not running.</summary>
    int? ProcessId { get; }

    /// <summary>
    /// Starts the server, or starts it again on the same ports and data, and returns when it answers a stream header.
    /// </summary>
    /// <exception cref="XmppServerException">It is not installed, or did not come up within a minute: with the end of its log.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Ends it in order (SIGTERM; SIGKILL after 15 s) and returns when it is gone.</summary>
    Task StopAsync();

    /// <summary>Kills it (SIGKILL) and returns when it is gone. It settles first: a test kills connections and queues, not its own preparations.</summary>
    Task KillAsync();

    /// <summary>
    /// Returns when all accounts that exist, whoever made them, would survive a kill. To be called before a burst that is to be hit in its middle:
    /// then <see cref="KillAsync"/> has nothing to wait for.
    /// </summary>
    Task SettleAsync();

    /// <summary>Creates an account by in-band registration (XEP-0077). An account that exists already is an error.</summary>
    /// <exception cref="XmppServerException">The server refused.</exception>
    Task AddAccountAsync(string user, string password, CancellationToken cancellationToken);
}

/// <summary>A server could not be started or refused an account; the message says what to do.</summary>
public sealed class XmppServerException : Exception
{
    /// <summary>Creates it.</summary>
    public XmppServerException()
    {
    }

    /// <summary>Creates it.</summary>
    public XmppServerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it.</summary>
    public XmppServerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
