namespace Ahenk.FileServers;

/// <summary>How an SSH server for tests is set up.</summary>
public sealed record SshServerOptions
{
    /// <summary>The types of its host keys, as <c>ssh-keygen -t</c> names them.</summary>
    public IReadOnlyList<string> HostKeyTypes { get; init; } = ["ed25519"];

    /// <summary>Whether log-ins with a password are allowed.</summary>
    public bool AllowsPasswords { get; init; } = true;

    /// <summary>Whether a rename may replace a file (OpenSSH's extension posix-rename).</summary>
    public bool RenamesOverFiles { get; init; } = true;

    /// <summary>Whether there is an SFTP subsystem.</summary>
    public bool OffersSftp { get; init; } = true;

    /// <summary>A file on the server cannot grow beyond so many bytes; writing fails as on a full disk.</summary>
    public long? LargestFile { get; init; }
}
