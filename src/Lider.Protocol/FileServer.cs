using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol;

/// <summary>How files get to and from Lider's file server (LP 2.3).</summary>
public enum FileProtocol
{
    /// <summary>Lider named none, or one that is not known.</summary>
    Unknown,

    /// <summary>SFTP with user name and password.</summary>
    Ssh,

    /// <summary>Plain HTTP.</summary>
    Http,

    /// <summary>Named in Lider's enum, never implemented there; comes without parameters.</summary>
    Torrent,
}

/// <summary>
/// A place on Lider's file server: <c>fileServerConf</c> of a task or policy (LP 2.3), or the same two fields of an old server's reply
/// (LP 2.8). Every part can be missing.
/// </summary>
public sealed record FileServer
{
    /// <summary>How to get there.</summary>
    public FileProtocol Protocol { get; init; }

    /// <summary>SSH: the server.</summary>
    public string? Host { get; init; }

    /// <summary>SSH: the port; 22 where Lider named none or an impossible one.</summary>
    public int Port { get; init; } = 22;

    /// <summary>SSH: the user.</summary>
    public string? Username { get; init; }

    /// <summary>SSH: the password in plain text; can be <see langword="null"/> though one is needed (LP 2.3).</summary>
    public string? Password { get; init; }

    /// <summary>SSH: the directory (of a reply of LP 2.8: the file); a final slash is not guaranteed.</summary>
    public string? Path { get; init; }

    /// <summary>HTTP: the address, in tasks and policies with a literal <c>{0}</c> for the agent's name.</summary>
    public string? Url { get; init; }

    /// <summary>
    /// Where a file of this agent lies: path (SSH) or address (HTTP), the first <c>{0}</c> replaced, one slash, the file's name.
    /// </summary>
    /// <param name="agent">The agent's name, the local part of its JID; used in lower case (LP 2.3).</param>
    /// <param name="fileName">The file's name.</param>
    /// <returns>The place, or <see langword="null"/> when Lider sent none that fits the protocol.</returns>
    public string? Locate(string agent, string fileName)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var directory = Protocol switch
        {
            FileProtocol.Ssh => Path,
            FileProtocol.Http => Url,
            _ => null,
        };
        if (string.IsNullOrEmpty(directory))
        {
            return null;
        }

        var mark = directory.IndexOf("{0}", StringComparison.Ordinal);
        if (mark >= 0)
        {
            directory = string.Concat(directory.AsSpan(0, mark), agent.ToLowerInvariant(), directory.AsSpan(mark + 3));
        }

        return directory.EndsWith('/') ? directory + fileName : $"{directory}/{fileName}";
    }

    /// <summary>The form in which Lider sends it, for keeping; holds the password.</summary>
    public string ToJson()
    {
        var parameters = Protocol == FileProtocol.Ssh
            ? new JsonObject { ["host"] = Host, ["port"] = Port, ["username"] = Username, ["password"] = Password, ["path"] = Path }
            : new JsonObject { ["url"] = Url };
        return new JsonObject { ["protocol"] = ToWire(Protocol), ["parameterMap"] = parameters }.ToJsonString();
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static FileServer FromJson(string json) =>
        (InboundParser.Read(JsonRepair.ToUtf8(json), InboundJson.Default.FileServerWire) ?? throw new JsonException("The text is the JSON text null.")).ToFileServer();

    /// <summary>Protocol, host and port; never user, password, path or address.</summary>
    public override string ToString() => Protocol == FileProtocol.Ssh
        ? string.Create(CultureInfo.InvariantCulture, $"{Protocol} {InboundParser.Quote(Host)}:{Port}")
        : Protocol.ToString();

    private static string? ToWire(FileProtocol protocol) => protocol switch
    {
        FileProtocol.Ssh => "SSH",
        FileProtocol.Http => "HTTP",
        FileProtocol.Torrent => "TORRENT",
        _ => null,
    };

    internal static FileServer From(string? protocol, JsonObject? parameters)
    {
        var hasPort = long.TryParse(Text(parameters, "port"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var port);
        return new FileServer
        {
            Protocol = protocol switch
            {
                "SSH" => FileProtocol.Ssh,
                "HTTP" => FileProtocol.Http,
                "TORRENT" => FileProtocol.Torrent,
                _ => FileProtocol.Unknown,
            },
            Host = Text(parameters, "host"),
            Port = hasPort && port is > 0 and <= ushort.MaxValue ? (int)port : 22,
            Username = Text(parameters, "username"),
            Password = Text(parameters, "password"),
            Path = Text(parameters, "path"),
            Url = Text(parameters, "url"),
        };
    }

    private static string? Text(JsonObject? parameters, string name) => parameters?[name] is JsonValue value ? value.ToString() : null;
}

/// <summary>A place on the file server, as it comes.</summary>
internal sealed class FileServerWire
{
    public string? Protocol { get; init; }

    public JsonObject? ParameterMap { get; init; }

    public FileServer ToFileServer() => FileServer.From(Protocol, ParameterMap);
}
