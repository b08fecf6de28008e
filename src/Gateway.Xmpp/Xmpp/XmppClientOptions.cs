namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>When TLS is used.</summary>
public enum TlsMode
{
    /// <summary>Nothing but the stream's opening leaves before TLS stands.</summary>
    Required,

    /// <summary>STARTTLS when it is offered; PLAIN still never leaves without TLS.</summary>
    Optional,

    /// <summary>Plain text, PLAIN included; STARTTLS is not used even when offered.</summary>
    Never,
}

/// <summary>How to authenticate.</summary>
public abstract record XmppCredentials
{
    private XmppCredentials()
    {
    }

    /// <summary>SASL ANONYMOUS; the server chooses the JID.</summary>
    public sealed record Anonymous : XmppCredentials;

    /// <summary>An account.</summary>
    /// <param name="Username">The local part of the JID.</param>
    /// <param name="Secret">The password.</param>
    public sealed record Password(string Username, string Secret) : XmppCredentials
    {
        /// <inheritdoc/>
        public override string ToString() => $"Password {{ Username = {Username} }}";
    }
}

/// <summary>Settings of one client. Sizes are bytes.</summary>
public sealed record XmppClientOptions
{
    /// <summary>The XMPP domain ("service name"), sent as the stream's <c>to</c>.</summary>
    public required string ServiceName { get; init; }

    /// <summary>Host or address to connect to; empty: SRV look-up of <see cref="ServiceName"/> (RFC 6120 3.2, XEP-0368).</summary>
    public string Host { get; init; } = "";

    /// <summary>The port that goes with <see cref="Host"/>. Default: 5222.</summary>
    public int Port { get; init; } = 5222;

    /// <summary>How to authenticate.</summary>
    public required XmppCredentials Credentials { get; init; }

    /// <summary>
    /// Whether these credentials have been accepted before, so that a refusal may pass: the first two of a row are then retried sooner than after
    /// <see cref="SlowRetry"/>. The client knows it of itself once it has logged in. Default: no.
    /// </summary>
    public bool HasLoggedIn { get; init; }

    /// <summary>The resource to ask for; <see langword="null"/>: the server's choice.</summary>
    public string? Resource { get; init; }

    /// <summary>When TLS is used. Default: required.</summary>
    public TlsMode Tls { get; init; } = TlsMode.Required;

    /// <summary>A PEM file with the only certificates that are trusted as roots; <see langword="null"/>: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// SHA-256 of the server certificate, as hex with or without colons. When it is set, exactly that certificate is accepted, whoever signed it.
    /// </summary>
    public string? CertificatePin { get; init; }

    /// <summary>Whose presence subscription is accepted (bare JID); <see langword="null"/>: nobody's.</summary>
    public Jid? AcceptSubscriptionFrom { get; init; }

    /// <summary>Whether presence is sent and stream management used. A client that only registers needs neither. Default: yes.</summary>
    public bool IsPermanent { get; init; } = true;

    /// <summary>Largest stanza that is sent, as it stands on the wire. Default: 60 KiB (LP 1.10).</summary>
    public int MaxOutgoingStanzaBytes { get; init; } = 60 * 1024;

    /// <summary>Largest element that is read at stream level. Default: 1 MiB.</summary>
    public int MaxIncomingStanzaBytes { get; init; } = 1 << 20;

    /// <summary>Most bytes read on one connection before authentication has succeeded. Default: 64 KiB.</summary>
    public int MaxBytesBeforeAuthentication { get; init; } = 64 * 1024;

    /// <summary>Deepest nesting within a stanza. Default: 64.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Most attributes of one element. Default: 64.</summary>
    public int MaxAttributes { get; init; } = 64;

    /// <summary>Most sent stanzas kept for re-sending. Default: 1,000.</summary>
    public int MaxUnacknowledged { get; init; } = 1000;

    /// <summary>Most messages whose handling is open at once; reading stops there. Default: 1,000.</summary>
    public int ReceiveWindow { get; init; } = 1000;

    /// <summary>Least and most PBKDF2 iterations a server may ask for (SCRAM). Default: 4,096 to 1,000,000.</summary>
    public (int Least, int Most) ScramIterations { get; init; } = (4096, 1_000_000);

    /// <summary>Silence after which the server is pinged (XEP-0199). Default: 60 s.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a ping may stay unanswered. Default: 20 s.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long opening one TCP connection may take. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long everything from the open connection to the session may take. Default: 30 s.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Ceiling of the first reconnection delay; doubled at each attempt, and the delay is drawn from zero to the ceiling. Default: 1 s.</summary>
    public TimeSpan BackoffFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Highest ceiling. Default: 5 min.</summary>
    public TimeSpan BackoffMost { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Least delay after <see cref="XmppFailureKind.NotAuthorized"/> and <see cref="XmppFailureKind.Conflict"/>; the drawn delay comes on top. Servers ban
    /// an address after 20 failed logins (LP 1.2). For the exception see <see cref="HasLoggedIn"/>. Default: 5 min.
    /// </summary>
    public TimeSpan SlowRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a session must have stood for the delays to begin anew. Default: 30 s.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Name told in XEP-0092 and XEP-0030. Default: Ahenk.</summary>
    public string SoftwareName { get; init; } = "Ahenk";

    /// <summary>Version told in XEP-0092.</summary>
    public string SoftwareVersion { get; init; } = "";
}
