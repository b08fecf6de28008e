using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk;

/// <summary>
/// The parameters of a task. Consoles of different ages send the same value as string, number or boolean, so the
/// getters are lenient in what they take (PL part 4.10) and strict in what they give.
/// </summary>
/// <param name="values">The task's <c>parameterMap</c>; an absent one is an empty object.</param>
public sealed class PluginParameters(JsonObject values)
{
    /// <summary>The raw object.</summary>
    public JsonObject Raw => values;

    /// <summary>The value as text, or <see langword="null"/> when it is absent or JSON null. An object or array is its JSON text.</summary>
    public string? GetString(string name)
    {
        if (!values.TryGetPropertyValue(name, out var node) || node is null)
        {
            return null;
        }

        return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
    }

    /// <summary>The value as a whole number from a number or a digit string; <see langword="null"/> when absent or something else.</summary>
    public long? GetInteger(string name) =>
        long.TryParse(GetString(name)?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The value as truth: true/false, 1/0, "true"/"false", "yes"/"no", "evet"/"hayır"; <see langword="null"/> when absent or something else.</summary>
    public bool? GetBoolean(string name) => GetString(name)?.Trim().ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "evet" => true,
        "false" or "0" or "no" or "hayır" or "hayir" => false,
        _ => null,
    };
}
