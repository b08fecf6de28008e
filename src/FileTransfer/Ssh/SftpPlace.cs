using System.Globalization;
using Ahenk.Lider.Protocol;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>A file on an SSH server and the way there, checked.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The port.</param>
/// <param name="User">The user.</param>
/// <param name="Password">The password, or <see langword="null"/>.</param>
/// <param name="Path">The file, as Lider gave it.</param>
/// <param name="Errand">What is done there.</param>
internal sealed record SftpPlace(string Host, int Port, string User, string? Password, string Path, Errand Errand)
{
    private const int LongestPath = 4096;

    /// <summary>Where a file is fetched from.</summary>
    /// <exception cref="Plugins.Sdk.FileServerException">Lider did not say it well.</exception>
    public static SftpPlace ForFetch(FileServer server, string? path) => Create(server, path ?? server.Path, "Fetching", "from");

    /// <summary>Where a file is uploaded to.</summary>
    /// <exception cref="Plugins.Sdk.FileServerException">Lider did not say it well.</exception>
    public static SftpPlace ForUpload(FileServer server, string agent, string name) => Create(server, server.Locate(agent, name), "Uploading", "to");

    /// <summary>Without the password.</summary>
    public override string ToString() => $"SftpPlace {{ {Host} {Port} }}";

    private static SftpPlace Create(FileServer server, string? path, string verb, string direction)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Errand.Show(server.Host)}:{server.Port}");
        var errand = new Errand($"{verb} '{Errand.Show(path)}' {direction} the file server {name}");
        if (string.IsNullOrEmpty(server.Host) || Uri.CheckHostName(server.Host) == UriHostNameType.Unknown || server.Host[0] == '[')
        {
            throw errand.Failed(TransferStep.Check, "Lider names no usable host. Correct the host in Lider's file server settings.");
        }

        if (server.Port is < 1 or > ushort.MaxValue)
        {
            throw errand.Failed(TransferStep.Check, "Lider names no usable port. Correct the port in Lider's file server settings.");
        }

        if (string.IsNullOrWhiteSpace(server.Username) || server.Username.Any(char.IsControl))
        {
            throw errand.Failed(TransferStep.Check, "Lider names no usable user. Correct the user name in Lider's file server settings.");
        }

        if (string.IsNullOrEmpty(path) || path.Length > LongestPath || path.Contains('\0', StringComparison.Ordinal))
        {
            throw errand.Failed(TransferStep.Check, "Lider names no usable path. Correct the agents' path in Lider's file server settings.");
        }

        return new SftpPlace(server.Host, server.Port, server.Username, server.Password is { Length: > 0 } password ? password : null, path, errand);
    }
}
