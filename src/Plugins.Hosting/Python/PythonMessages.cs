using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>What the agent says to <c>ahenk_host.py</c>: one JSON object a line.</summary>
internal static class PythonMessages
{
    /// <summary>The host is to leave.</summary>
    public static ReadOnlyMemory<byte> Exit { get; } = "{\"op\":\"exit\"}\n"u8.ToArray();

    /// <summary>A call. Holds passwords.</summary>
    public static ReadOnlyMemory<byte> Call(long id, PluginCall call, PythonSurroundings surroundings) => WireNames.Line(writer =>
    {
        writer.WriteString("op", "call");
        writer.WriteNumber("id", id);
        writer.WriteString("kind", WireNames.Of(call.Kind));
        writer.WriteString("command", call.Command);
        writer.WriteString("mode", call.Kind == PluginWorkKind.Mode ? WireNames.Of(call.Mode) : null);
        writer.WritePropertyName("parameters");
        call.Parameters.WriteTo(writer);
        writer.WriteNumber("task_id", call.Kind == PluginWorkKind.Command ? call.Id : null);
        writer.WriteString("user", call.UserName);
        writer.WriteString("policy_version", call.PolicyVersion);
        writer.WriteNumber("execution_id", call.Kind == PluginWorkKind.Profile ? call.Id : null);
        writer.WritePropertyName("file_server");
        writer.WriteRawValue(call.FileServer?.ToJson() ?? "null");
        WriteAgent(writer, surroundings.Agent);
        WriteSessions(writer, surroundings.Sessions);
    });

    /// <summary>What a request brought.</summary>
    public static ReadOnlyMemory<byte> Reply(long id, JsonNode? value) => WireNames.Line(writer =>
    {
        writer.WriteString("op", "reply");
        writer.WriteNumber("id", id);
        writer.WriteBoolean("ok", true);
        writer.WritePropertyName("value");
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    });

    /// <summary>Why a request brought nothing.</summary>
    public static ReadOnlyMemory<byte> Refusal(long id, string error) => WireNames.Line(writer =>
    {
        writer.WriteString("op", "reply");
        writer.WriteNumber("id", id);
        writer.WriteBoolean("ok", false);
        writer.WriteString("error", error);
    });

    private static void WriteAgent(Utf8JsonWriter writer, PythonAgent agent)
    {
        writer.WriteStartObject("agent");
        writer.WriteString("uid", agent.Uid);
        writer.WriteString("password", agent.Password);
        writer.WriteString("dn", agent.Dn);
        writer.WriteBoolean("registered", agent.Registered);
        writer.WriteString("params", agent.Params);
        writer.WriteEndObject();
    }

    private static void WriteSessions(Utf8JsonWriter writer, IReadOnlyList<PythonSession> sessions)
    {
        writer.WriteStartArray("sessions");
        foreach (var session in sessions)
        {
            writer.WriteStartObject();
            writer.WriteString("username", session.UserName);
            writer.WriteString("display", session.Display);
            writer.WriteString("desktop", session.Desktop);
            writer.WriteString("ip", session.Ip);
            writer.WriteString("domain", session.Domain);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
