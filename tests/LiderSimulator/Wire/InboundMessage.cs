using System.Text.Json;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>A body from an agent after the examination.</summary>
/// <param name="Type">The value of <c>type</c>, or <see langword="null"/> where none can be read.</param>
/// <param name="Fields">The fields of the JSON object; empty where there is none.</param>
/// <param name="Findings">What is wrong.</param>
public sealed record InboundMessage(string? Type, IReadOnlyDictionary<string, JsonElement> Fields, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether the real server would act on the message.</summary>
    public bool IsAccepted => !Findings.Any(finding => finding.IsDropped) && Type is not null && Listeners.Of(Type) is not null;

    /// <summary>A field as text as Jackson coerces it; <see langword="null"/> when absent, null or no scalar.</summary>
    public string? Text(string name) => !Fields.TryGetValue(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array => null,
        _ => value.GetRawText(),
    };
}
