using System.Net.Http.Headers;
using System.Text;
using Ahenk.Lider.Protocol;

namespace Ahenk.FileTransfer.Http;

/// <summary>A file on an HTTP server, checked.</summary>
/// <param name="Address">Where it is, without user and password.</param>
/// <param name="Authorization">The user and password that stood in Lider's address; for this server only.</param>
/// <param name="Errand">What is done there.</param>
internal sealed record HttpPlace(Uri Address, AuthenticationHeaderValue? Authorization, Errand Errand)
{
    private const string AgentMark = "{0}";

    /// <summary>Where a file is fetched from.</summary>
    /// <exception cref="Plugins.Sdk.FileServerException">Lider did not say it well.</exception>
    public static HttpPlace ForFetch(FileServer server, string? path)
    {
        if (path is null)
        {
            return Create(server.Url, "Fetching", "from");
        }

        // A path and not an address: it can lead to no other server, and every character stands for itself.
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        return path.StartsWith('/')
            ? Create(server.Url, "Fetching", "from", $"/{escaped.TrimStart('/')}")
            : Create(server.Url is null ? null : $"{server.Url.TrimEnd('/')}/{escaped}", "Fetching", "from");
    }

    /// <summary>Where a file is uploaded to.</summary>
    /// <exception cref="Plugins.Sdk.FileServerException">Lider did not say it well.</exception>
    public static HttpPlace ForUpload(FileServer server, string agent, string name)
    {
        // A name can only be put at the end of a path.
        var directory = Parse(server.Url) is { Query: "", Fragment: "" } ? server : server with { Url = null };
        return Create(directory.Locate(Uri.EscapeDataString(agent), Uri.EscapeDataString(name)), "Uploading", "to");
    }

    /// <summary>An address without what may be secret in it.</summary>
    public static string Show(Uri address) => Errand.Show(address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped));

    /// <summary>Without the credentials.</summary>
    public override string ToString() => $"HttpPlace {{ {Show(Address)} }}";

    private static HttpPlace Create(string? url, string verb, string direction, string? replacedPath = null)
    {
        var given = Parse(url) ?? throw new Errand($"{verb} a file {direction} the file server").Failed(
            TransferStep.Check,
            "Lider names no usable address: it must begin with http:// or https:// and a host. Correct it in Lider's file server settings.");
        var address = new UriBuilder(given) { UserName = "", Password = "", Fragment = "" };
        if (replacedPath is not null)
        {
            (address.Path, address.Query) = (replacedPath, "");
        }

        var errand = new Errand($"{verb} a file {direction} {Show(address.Uri)}");
        if (Uri.UnescapeDataString(address.Path).Contains(AgentMark, StringComparison.Ordinal))
        {
            throw errand.Failed(TransferStep.Check, $"The address still holds {AgentMark}, which stands for an agent: Lider did not say for which.");
        }

        return new HttpPlace(address.Uri, ReadCredentials(given), errand);
    }

    private static Uri? Parse(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", Host.Length: > 0 } && !url.Any(char.IsControl) ? address : null;

    private static AuthenticationHeaderValue? ReadCredentials(Uri address)
    {
        if (address.UserInfo.Length == 0)
        {
            return null;
        }

        var colon = address.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? address.UserInfo : address.UserInfo[..colon]);
        var password = colon < 0 ? "" : Uri.UnescapeDataString(address.UserInfo[(colon + 1)..]);
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
    }
}
