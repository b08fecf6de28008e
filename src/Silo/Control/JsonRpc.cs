using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ahenk.Silo.Control;

/// <summary>JSON-RPC 2.0, one object a line.</summary>
internal static class JsonRpc
{
    /// <summary>The version of the methods. docs/control-socket.md says what changes it.</summary>
    public const int Protocol = 1;

    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>The caller may not do this (server-defined range).</summary>
    public const int Forbidden = -32001;

    /// <summary>The call was read after the time that the caller would wait (server-defined range).</summary>
    public const int Late = -32002;

    /// <summary>Too many do this already (server-defined range).</summary>
    public const int Busy = -32003;

    private const int LongestMethod = 64;

    public static string Result(JsonNode? id, JsonNode? result) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["result"] = result, ["id"] = id?.DeepClone() }.ToJsonString();

    public static string Notification(string method, JsonNode parameters) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters }.ToJsonString();

    public static string Error(JsonNode? id, int code, string message) =>
        new JsonObject { ["jsonrpc"] = "2.0", ["error"] = new JsonObject { ["code"] = code, ["message"] = message }, ["id"] = id?.DeepClone() }.ToJsonString();

    /// <summary>Reads a request; <see langword="null"/> with an answer to send when it is not one.</summary>
    public static ControlRequest? Read(string line, out string? problem)
    {
        JsonObject? request;
        try
        {
            request = JsonNode.Parse(line, documentOptions: new JsonDocumentOptions { MaxDepth = 16 }) as JsonObject;
        }
        catch (JsonException failure)
        {
            problem = Error(null, ParseError, $"The line is not JSON: {failure.Message}");
            return null;
        }

        try
        {
            LookInto(request);
            if (request?["method"] is JsonValue method && method.TryGetValue<string>(out var name) && name.Length <= LongestMethod)
            {
                problem = null;
                return new ControlRequest(name, request["params"] as JsonObject ?? [], request["id"]);
            }
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            problem = Error(null, InvalidRequest, "A key is in an object twice, or a text has half of a pair of surrogates.");
            return null;
        }

        problem = Error(null, InvalidRequest, $"A request is an object with a method, whose name has at most {LongestMethod} characters.");
        return null;
    }

    /// <summary>System.Text.Json finds a doubled key or half a surrogate pair only when it is first looked for: that must not be in the middle of the work.</summary>
    private static void LookInto(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                {
                    LookInto(value);
                }

                break;
            case JsonArray list:
                foreach (var value in list)
                {
                    LookInto(value);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }
}

/// <summary>A call over the control socket.</summary>
internal sealed record ControlRequest(string Method, JsonObject Params, JsonNode? Id)
{
    /// <summary>A text parameter.</summary>
    /// <exception cref="ControlException">It is absent or not a text.</exception>
    public string Text(string name) => Said(name) ?? throw new ControlException(JsonRpc.InvalidParams, $"The parameter '{name}' must be a text.");

    /// <summary>A whole number above 0.</summary>
    /// <exception cref="ControlException">It is absent or not such a number.</exception>
    public long Number(string name) => Params[name] is JsonValue value && value.TryGetValue<long>(out var number) && number > 0
        ? number
        : throw new ControlException(JsonRpc.InvalidParams, $"The parameter '{name}' must be a whole number above 0.");

    /// <summary>How many are wanted: from 1 to the most, 50 when nothing is said.</summary>
    public int Limit(int most) => Params["limit"] is JsonValue value && value.TryGetValue<int>(out var limit) ? Math.Clamp(limit, 1, most) : 50;

    /// <summary>What a text parameter says, if it is one.</summary>
    public string? Said(string name) => Params[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>What a number parameter says, if it is one.</summary>
    public long? SaidNumber(string name) => Params[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    /// <summary>A text parameter that may be absent.</summary>
    /// <exception cref="ControlException">It is there and not a text.</exception>
    public string? OptionalText(string name) => Params[name] is null ? null : Text(name);
}

/// <summary>A call that is answered with an error.</summary>
internal sealed class ControlException(int code, string message) : Exception(message)
{
    public int Code => code;
}
