using System.Text.Json.Serialization;

namespace Ahenk.Lider.Protocol;

/// <summary>Generated readers for what Lider sends.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    MaxDepth = InboundParser.MaxDepth,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(LenientTextConverter),
        typeof(LenientLongConverter),
        typeof(LenientBooleanConverter),
        typeof(LenientDateConverter),
        typeof(LenientMapConverter),
    ])]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(ExecuteTaskWire))]
[JsonSerializable(typeof(TaskWire))]
[JsonSerializable(typeof(UpdateScheduledTaskWire))]
[JsonSerializable(typeof(ExecuteScriptWire))]
[JsonSerializable(typeof(ExecutePolicyWire))]
[JsonSerializable(typeof(RegistrationResponseMessage))]
[JsonSerializable(typeof(LoginResponseWire))]
[JsonSerializable(typeof(PluginReplyWire))]
internal sealed partial class InboundJson : JsonSerializerContext;
