using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp;

/// <summary>How Lider is reached. docs/configuration.md lists the keys with their defaults.</summary>
public sealed record GatewayOptions
{
    /// <summary>The resource this agent binds: always the same, so that a second session of the account replaces the first (LP 1.6).</summary>
    public const string Resource = "Ahenk";

    /// <summary>Host or address of the XMPP server; empty: SRV look-up. <c>[CONNECTION] host</c>.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its port. <c>[CONNECTION] port</c>.</summary>
    public int Port { get; init; } = 5222;

    /// <summary>The XMPP domain. <c>[CONNECTION] servicename</c>.</summary>
    public required string ServiceName { get; init; }

    /// <summary>Lider's full JID; only its bare form decides whom the agent obeys. <c>[CONNECTION] receiverjid, receiverresource</c>.</summary>
    public required Jid Lider { get; init; }

    /// <summary>When TLS is used. <c>[CONNECTION] use_tls</c>.</summary>
    public TlsMode Tls { get; init; } = TlsMode.Required;

    /// <summary>Trusted roots. <c>[CONNECTION] tls_ca_file</c>.</summary>
    public string? CaFile { get; init; }

    /// <summary>The only accepted certificate. <c>[CONNECTION] tls_certificate_sha256</c>.</summary>
    public string? CertificatePin { get; init; }

    /// <summary>Largest stanza that is sent. <c>[CONNECTION] max_stanza_kib</c>.</summary>
    public int MaxStanzaBytes { get; init; } = 60 * 1024;

    /// <summary>Register over the configured account instead of an anonymous session (LP 1.2). <c>[CONNECTION] register_with</c>.</summary>
    public bool RegisterWithAccount { get; init; }

    /// <summary>The configured account's name. <c>[CONNECTION] uid</c>.</summary>
    public string? AccountName { get; init; }

    /// <summary>The configured account's password. <c>[CONNECTION] password</c>.</summary>
    public string? AccountPassword { get; init; }

    /// <summary>
    /// A file of two lines, the authorising user's name and password. <c>[CONNECTION] registration_credential_file</c>; default: the systemd
    /// credential <c>ahenk-registration</c>.
    /// </summary>
    public string? RegistrationCredentialFile { get; init; }

    /// <summary>How long one registration request may stay unanswered, connecting included. <c>[SESSION] registration_timeout</c>.</summary>
    public TimeSpan RegistrationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The agent's version, as told to Lider.</summary>
    public required string AgentVersion { get; init; }

    /// <summary>Without the account's password.</summary>
    public override string ToString() => $"GatewayOptions {{ Host = {Host}, Port = {Port}, ServiceName = {ServiceName}, Lider = {Lider} }}";

    /// <summary>The client settings for a session with these credentials.</summary>
    /// <param name="credentials">How to log in.</param>
    /// <param name="host">The server given at registration by hand; overrides <see cref="Host"/>.</param>
    /// <param name="permanent">Whether this is the agent's own session and not just the one for registering.</param>
    public XmppClientOptions ToClientOptions(XmppCredentials credentials, string? host, bool permanent) => new()
    {
        ServiceName = ServiceName,
        Host = host ?? Host,
        Port = Port,
        Credentials = credentials,
        Resource = permanent ? Resource : null,
        Tls = Tls,
        CaFile = CaFile,
        CertificatePin = CertificatePin,
        AcceptSubscriptionFrom = permanent ? Lider.Bare : null,
        IsPermanent = permanent,
        MaxOutgoingStanzaBytes = MaxStanzaBytes,
        SoftwareVersion = AgentVersion,
    };
}
