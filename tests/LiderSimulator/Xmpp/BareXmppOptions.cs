namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>Where and as whom a <see cref="BareXmppConnection"/> logs in.</summary>
public sealed record BareXmppOptions
{
    /// <summary>Host or address to connect to.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port.</summary>
    public int Port { get; init; } = 5222;

    /// <summary>The XMPP domain, sent as the stream's <c>to</c>.</summary>
    public string Domain { get; init; } = "im.liderahenk.org";

    /// <summary>Local part of the account; <see langword="null"/>: SASL ANONYMOUS.</summary>
    public string? Username { get; init; }

    /// <summary>Password of the account (SASL PLAIN).</summary>
    public string Password { get; init; } = "";

    /// <summary>The resource to ask for; <see langword="null"/>: the server's choice.</summary>
    public string? Resource { get; init; }

    /// <summary>Negotiate STARTTLS, accepting any certificate. Default: plain text, as stock installations have it (LP 1.2).</summary>
    public bool UseTls { get; init; }

    /// <summary>How long connecting and logging in may take. Default: 15 s.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
