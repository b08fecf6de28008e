using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>What <c>ahenk_host.py</c> says to the agent: one JSON object a line.</summary>
internal abstract record HostMessage
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="HostProtocolException">It is no message of the protocol.</exception>
    public static HostMessage Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var message = document.RootElement;
            return message.GetProperty("op").GetString() switch
            {
                "ready" => new HostReady(Text(message, "python") ?? "", message.GetProperty("pid").GetInt32()),
                "result" => new HostResult(message.GetProperty("id").GetInt64(), PythonAnswer.Read(message)),
                "request" => HostRequest.Read(message),
                "log" => new HostLog(Level(Text(message, "level")), Text(message, "message") ?? ""),
                _ => throw new HostProtocolException("it has an op that is not known"),
            };
        }
        catch (JsonException)
        {
            throw new HostProtocolException("it is no JSON");
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // What JsonElement throws for a value of another kind than asked for, a number that is too large, a name that is not there.
            throw new HostProtocolException("a field is missing or of the wrong kind");
        }
    }

    /// <summary>A text; <see langword="null"/> when it is absent or null, and the JSON text of what is none.</summary>
    internal static string? Text(JsonElement message, string name) => !message.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    private static LogLevel Level(string? name) => name switch
    {
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };
}

/// <summary>The host takes calls.</summary>
internal sealed record HostReady(string Python, int Pid) : HostMessage;

/// <summary>A line for the log.</summary>
internal sealed record HostLog(LogLevel Level, string Message) : HostMessage;

/// <summary>How a call ended.</summary>
internal sealed record HostResult(long Id, PythonAnswer Answer) : HostMessage;

/// <summary>The plugin wants something of the agent.</summary>
/// <param name="Id">The request's number.</param>
/// <param name="Method">What it wants.</param>
/// <param name="Parameters">With what.</param>
/// <param name="Call">For which call, when the host says so.</param>
internal sealed record HostRequest(long Id, string Method, JsonObject Parameters, long? Call) : HostMessage
{
    public static HostRequest Read(JsonElement message)
    {
        var parameters = message.TryGetProperty("params", out var given) && given.ValueKind == JsonValueKind.Object
            ? (JsonObject)JsonNode.Parse(given.GetRawText())!
            : [];
        var call = message.TryGetProperty("call", out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt64() : (long?)null;
        return new HostRequest(message.GetProperty("id").GetInt64(), message.GetProperty("method").GetString() ?? "", parameters, call);
    }
}

/// <summary>What the plugin answered; all fields as it gave them (PL 0.2).</summary>
internal sealed record PythonAnswer
{
    /// <summary>What it raised, in one line.</summary>
    public string? Error { get; init; }

    public string? Traceback { get; init; }

    /// <summary>There is no such command, policy or mode.</summary>
    public bool IsMissing { get; init; }

    /// <summary>Whether it called <c>create_response</c>.</summary>
    public bool IsAnswered { get; init; }

    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? Data { get; init; }

    public string? ContentType { get; init; }

    public ResultMail? Mail { get; init; }

    public static PythonAnswer Read(JsonElement message) => new()
    {
        Error = HostMessage.Text(message, "error"),
        Traceback = HostMessage.Text(message, "traceback"),
        IsMissing = IsTrue(message, "missing"),
        IsAnswered = IsTrue(message, "answered"),
        Code = HostMessage.Text(message, "code"),
        Message = HostMessage.Text(message, "message"),
        Data = HostMessage.Text(message, "data"),
        ContentType = HostMessage.Text(message, "content_type"),
        Mail = message.TryGetProperty("mail", out var mail) && mail.ValueKind == JsonValueKind.Object && IsTrue(mail, "send")
            ? new ResultMail(HostMessage.Text(mail, "subject") ?? "", HostMessage.Text(mail, "content") ?? "")
            : null,
    };

    private static bool IsTrue(JsonElement message, string name) => message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>The host speaks something else than the protocol; the message says what, as it stands in parentheses.</summary>
internal sealed class HostProtocolException(string message) : Exception(message);
