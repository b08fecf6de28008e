namespace Ahenk.Plugins.Hosting.Installing;

/// <summary>Which packages are installed. <c>[PLUGIN] package_policy</c>.</summary>
public enum PackagePolicy
{
    /// <summary>Those that come over a channel that proves where they come from (SFTP with its pinned host key, HTTPS), or that are signed.</summary>
    Trusted,

    /// <summary>Only those signed by a key of the keyring.</summary>
    Signed,

    /// <summary>All, over plain HTTP too: whoever can change traffic can then run programs as root.</summary>
    Any,

    /// <summary>None.</summary>
    Never,
}

/// <summary>How packages of plugins are installed.</summary>
public sealed record PluginInstallerOptions
{
    /// <summary>Which are.</summary>
    public PackagePolicy Policy { get; init; }

    /// <summary>Keys that sign packages, as gpgv reads them. <c>[PLUGIN] package_keyring</c>.</summary>
    public string? Keyring { get; init; }
}
