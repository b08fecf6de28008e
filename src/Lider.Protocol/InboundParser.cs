using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

/// <summary>Turns bodies into messages.</summary>
internal static class InboundParser
{
    /// <summary>How deep a body may be nested.</summary>
    public const int MaxDepth = 64;

    private const int QuotedLength = 64;

    public static LiderInbound Parse(string body)
    {
        var json = JsonRepair.ToUtf8(body);
        try
        {
            // The first pass reads every token, so whatever passes it is JSON and the second pass cannot fail.
            if (Read(json, InboundJson.Default.Envelope) is not { } envelope)
            {
                return new ProtocolError(ProtocolErrorKind.NotJson, "The body is JSON, but null and not an object");
            }

            return ReadMessage(envelope.Type, json);
        }
        catch (JsonException e)
        {
            return new ProtocolError(
                ProtocolErrorKind.NotJson,
                $"The body of {json.Length} bytes is not a JSON object of at most {MaxDepth} levels: "
                    + $"it stops being one at line {e.LineNumber ?? 0}, byte {e.BytePositionInLine ?? 0}");
        }
    }

    public static T? Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(json, type);

    public static ProtocolError Invalid(string type, string what) => new(ProtocolErrorKind.Invalid, $"{type}: {what}");

    /// <summary>Text from the wire in a form that can stand in a log line.</summary>
    public static string Quote(string? text)
    {
        if (text is null)
        {
            return "null";
        }

        var quoted = new StringBuilder("'", QuotedLength + 5);
        foreach (var rune in text.EnumerateRunes())
        {
            if (quoted.Length > QuotedLength)
            {
                quoted.Append("...");
                break;
            }

            quoted.Append(Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? "?" : rune.ToString());
        }

        return quoted.Append('\'').ToString();
    }

    private static LiderInbound ReadMessage(string? type, ReadOnlySpan<byte> json) => type switch
    {
        ExecuteTaskMessage.TypeName => Read(json, InboundJson.Default.ExecuteTaskWire)!.ToMessage(),
        UpdateScheduledTaskMessage.TypeName => Read(json, InboundJson.Default.UpdateScheduledTaskWire)!.ToMessage(),
        ExecuteScriptMessage.TypeName => Read(json, InboundJson.Default.ExecuteScriptWire)!.ToMessage(),
        ExecutePolicyMessage.TypeName => Read(json, InboundJson.Default.ExecutePolicyWire)!.ToMessage(),
        RegistrationResponseMessage.TypeName => Read(json, InboundJson.Default.RegistrationResponseMessage)!.Checked(),
        LoginResponseMessage.TypeName => Read(json, InboundJson.Default.LoginResponseWire)!.ToMessage(),
        InstallPluginMessage.TypeName => Read(json, InboundJson.Default.PluginReplyWire)!.ToInstallPlugin(),
        PluginNotFoundMessage.TypeName => Read(json, InboundJson.Default.PluginReplyWire)!.ToPluginNotFound(),
        ResponseAgreementMessage.TypeName => Read(json, InboundJson.Default.PluginReplyWire)!.ToResponseAgreement(),
        null => new ProtocolError(ProtocolErrorKind.UnknownType, "The body is JSON, but has no type"),
        _ => new ProtocolError(ProtocolErrorKind.UnknownType, $"The body has the type {Quote(type)}, which Lider does not send"),
    };
}

/// <summary>The part that all messages share.</summary>
internal sealed record Envelope(string? Type);
