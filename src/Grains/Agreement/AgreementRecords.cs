using System.Text.Json.Serialization;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Agreement;

/// <summary>The text that Lider sent, as it is stored.</summary>
/// <param name="Md5">The sum of its file.</param>
/// <param name="Text">The text.</param>
/// <param name="Source">Where it came from, without credentials.</param>
/// <param name="ReceivedAt">When.</param>
internal sealed record StoredAgreement(string Md5, string Text, string Source, DateTimeOffset ReceivedAt);

/// <summary>What a user said, as it is stored.</summary>
/// <param name="Md5">The text that it was said to.</param>
/// <param name="Accepted">What was said.</param>
/// <param name="At">When.</param>
internal sealed record StoredAnswer(string Md5, bool Accepted, DateTimeOffset At);

/// <summary>Reads and writes them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredAgreement))]
[JsonSerializable(typeof(StoredAnswer))]
internal sealed partial class AgreementJson : JsonSerializerContext;

/// <summary>Names a place on the file server for people.</summary>
internal static class AgreementSource
{
    /// <summary>The place without credentials; an address can hold some before its host and behind its question mark.</summary>
    public static string Describe(FileServer server) => server.Protocol switch
    {
        FileProtocol.Ssh => $"sftp://{server.Host}:{server.Port}{server.Path}",
        FileProtocol.Http when Uri.TryCreate(server.Url, UriKind.Absolute, out var address) =>
            address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped),
        _ => server.ToString(),
    };
}
