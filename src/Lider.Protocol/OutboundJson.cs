using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ahenk.Lider.Protocol;

/// <summary>Generated writers for what the agent sends.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RegisterMessage))]
[JsonSerializable(typeof(UnregisterMessage))]
[JsonSerializable(typeof(GetPoliciesMessage))]
[JsonSerializable(typeof(TaskStatusMessage))]
[JsonSerializable(typeof(PolicyStatusMessage))]
[JsonSerializable(typeof(LoginMessage))]
[JsonSerializable(typeof(LogoutMessage))]
[JsonSerializable(typeof(MissingPluginMessage))]
[JsonSerializable(typeof(RequestAgreementMessage))]
[JsonSerializable(typeof(AgreementStatusMessage))]
[JsonSerializable(typeof(ScriptResultMessage))]
internal sealed partial class OutboundJson : JsonSerializerContext
{
    /// <summary>
    /// The writers with the options of the wire: no attribute can name an encoder, and options replace those of attributes.
    /// </summary>
    public static OutboundJson Wire => WireJson.Writers;
}

/// <summary>How text is written.</summary>
internal static class WireJson
{
    /// <summary>
    /// Escapes what would end a line to the server's patterns (U+0085, U+2028, U+2029), all other control characters, and what XML cannot
    /// hold; the letters of every living language stay as they are. The body becomes XML text, which has its own escapes for angle
    /// brackets.
    /// </summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static readonly OutboundJson Writers = new(new JsonSerializerOptions
    {
        Encoder = Encoder,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        MaxDepth = InboundParser.MaxDepth,
    });
}
