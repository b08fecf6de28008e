using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Grains;

/// <summary>The data of an outcome, on its way into an answer.</summary>
internal static class OutcomeData
{
    /// <summary>Reads it.</summary>
    /// <param name="data">JSON text of an object, or <see langword="null"/>.</param>
    /// <param name="failure">
    /// Why it cannot be read. The text was written by the plugin host from an object: only nesting beyond the reader's depth can get here.
    /// </param>
    /// <returns>The object; when it cannot be read, one that says so.</returns>
    public static JsonObject? Read(string? data, out JsonException? failure)
    {
        failure = null;
        if (data is null)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(data) as JsonObject;
        }
        catch (JsonException unreadable)
        {
            failure = unreadable;
            return new JsonObject { ["Result"] = "The result is nested too deep to be sent." };
        }
    }
}
