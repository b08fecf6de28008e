namespace Ahenk.XmppServers;

/// <summary>How a server is set up. It is always on 127.0.0.1, with anonymous and password login on one host (LP 1.2).</summary>
public sealed record XmppServerOptions
{
    /// <summary>Whether STARTTLS and a direct TLS port are offered. TLS is never required. Default: yes.</summary>
    public bool OffersTls { get; init; } = true;

    /// <summary>
    /// Whether the server pings its clients every 10 s and ends sessions that do not answer (LP 1.8). ejabberd only: Prosody never pings. Default: no.
    /// </summary>
    public bool Pings { get; init; }

    /// <summary>
    /// SASL mechanisms that may be offered, where the server has them, for example <c>PLAIN</c>, <c>ANONYMOUS</c>, <c>SCRAM-SHA-256</c>. Default: all.
    /// </summary>
    public IReadOnlyCollection<string>? Mechanisms { get; init; }

    /// <summary>Largest stanza the server accepts, in bytes. Default: 1,165,536 (LP 1.10).</summary>
    public int MaxStanzaBytes { get; init; } = 1_165_536;

    /// <summary>
    /// Messages kept for an account that is offline; further ones bounce. ejabberd only: Prosody has no limit. Default: 100 (LP 1.9).
    /// </summary>
    public int OfflineLimit { get; init; } = 100;

    internal IEnumerable<string> DisabledMechanisms()
    {
        string[] known =
        [
            "PLAIN", "ANONYMOUS", "LOGIN", "EXTERNAL", "X-OAUTH2", "DIGEST-MD5",
            "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS",
        ];
        return Mechanisms is null ? ["DIGEST-MD5", "X-OAUTH2"] : known.Except(Mechanisms, StringComparer.Ordinal);
    }
}
