using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk;

/// <summary>
/// The parameters of a task, or the data of a profile. Consoles of different ages send the same value as string, number or boolean, so the
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

    /// <summary>
    /// The value as a list of texts: the elements of an array, or the parts of a text between commas, without blanks around them and without empty
    /// ones. Empty when absent.
    /// </summary>
    public IReadOnlyList<string> GetStrings(string name)
    {
        if (values.TryGetPropertyValue(name, out var node) && node is JsonArray array)
        {
            return [.. array.OfType<JsonNode>().Select(element => element.GetValueKind() == JsonValueKind.String ? element.GetValue<string>() : element.ToJsonString())];
        }

        return GetString(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
    }

    /// <summary>The value as a list of parameter objects: the objects of an array, or one object alone. Empty when absent.</summary>
    public IReadOnlyList<PluginParameters> GetObjects(string name) => values.TryGetPropertyValue(name, out var node)
        ? node switch
        {
            JsonArray array => [.. array.OfType<JsonObject>().Select(element => new PluginParameters(element))],
            JsonObject one => [new PluginParameters(one)],
            _ => [],
        }
        : [];

    /// <summary>The value as text.</summary>
    /// <exception cref="PluginInputException">It is absent, JSON null or empty.</exception>
    public string RequireString(string name) =>
        GetString(name) is { Length: > 0 } text ? text : throw new PluginInputException($"The parameter '{name}' is missing.");

    /// <summary>The value as a whole number.</summary>
    /// <exception cref="PluginInputException">It is absent or not one.</exception>
    public long RequireInteger(string name) =>
        GetInteger(name) ?? throw new PluginInputException($"The parameter '{name}' is missing or not a whole number.");
}

/// <summary>What the task asks cannot be done as it asks it; answered as TASK_ERROR (POLICY_ERROR) with just this message.</summary>
public sealed class PluginInputException : Exception
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="message">One sentence for the administrator.</param>
    public PluginInputException(string message)
        : base(message)
    {
    }
}
