namespace Ahenk.FileTransfer;

/// <summary>Settings of the way to Lider's file server.</summary>
public sealed record FileTransferOptions
{
    /// <summary>The file that remembers the SSH servers' host keys, in OpenSSH's form. Its directory must exist. <c>[FILES] known_hosts_file</c>.</summary>
    public required string KnownHostsFile { get; init; }

    /// <summary>
    /// A private key without a pass phrase, tried before Lider's password; <see langword="null"/>: only the password. <c>[FILES] ssh_key_file</c>.
    /// </summary>
    public string? SshKeyFile { get; init; }

    /// <summary>
    /// PEM file with the only certificate authorities that are trusted for HTTPS; <see langword="null"/>: the system's. <c>[FILES] ca_file</c>.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>Most bytes of a file that is fetched. Default: 1 GiB; at least 1. <c>[FILES] max_fetch_mib</c>.</summary>
    public long MaxFetchBytes { get; init; } = 1L << 30;

    /// <summary>How long the server may take to be reached, and again for each answer until it has let the agent in. Default: 15 s; 1 s to 10 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a transfer may stand still. Default: 60 s; 1 s to 1 h.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(KnownHostsFile);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFetchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectTimeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConnectTimeout, TimeSpan.FromMinutes(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(IdleTimeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(IdleTimeout, TimeSpan.FromHours(1));
    }
}
