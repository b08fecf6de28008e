using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Ahenk.Lider.Protocol;

/// <summary>EXECUTE_TASK: run a command of a plugin, now or by a schedule (LP 2.2).</summary>
public sealed record ExecuteTaskMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "EXECUTE_TASK";

    /// <summary>Lider's id of the task; the answer's <c>taskId</c>. Can be above 2^31.</summary>
    public required long TaskId { get; init; }

    /// <summary>The plugin's name in lower case, which is how plugins are found (PL 0.1). Not checked: it can hold any character.</summary>
    public required string PluginName { get; init; }

    /// <summary>The plugin as Lider describes it.</summary>
    public required PluginDescription Plugin { get; init; }

    /// <summary>The command's id as it came, for example <c>EXECUTE_SCRIPT</c>; compared without regard to case (PL 0.1).</summary>
    public required string CommandClsId { get; init; }

    /// <summary>The command's parameters; empty when there were none. May hold passwords.</summary>
    public required JsonObject ParameterMap { get; init; }

    /// <summary>The schedule as it came; <see langword="null"/>: run now (LP 6).</summary>
    public string? CronExpression { get; init; }

    /// <summary>Where files go; only for plugins that use files.</summary>
    public FileServer? FileServer { get; init; }

    /// <summary>When the task was made.</summary>
    public LiderDate? CreateDate { get; init; }

    /// <summary>When the task was changed.</summary>
    public LiderDate? ModifyDate { get; init; }

    /// <summary>Whether Lider holds the task for deleted.</summary>
    public bool? Deleted { get; init; }

    /// <summary>Whether a mail about the result was asked for.</summary>
    public bool? MailSend { get; init; }

    /// <summary>Whether the task was to be sent in parts.</summary>
    public bool? TaskParts { get; init; }

    private protected override string Subject =>
        string.Create(CultureInfo.InvariantCulture, $"{TaskId} {InboundParser.Quote(PluginName)} {InboundParser.Quote(CommandClsId)}");
}

/// <summary>
/// A plugin as Lider describes it. The web console posts it back as it likes, so only the name can be relied upon (LP 2.2).
/// </summary>
public sealed record PluginDescription
{
    /// <summary>Lider's id of the plugin.</summary>
    public long? Id { get; init; }

    /// <summary>The name as it came.</summary>
    public string? Name { get; init; }

    /// <summary>The version, <c>1.0.0</c> for every seeded plugin (PL 0.1).</summary>
    public string? Version { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it is active.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether it is deleted.</summary>
    public bool? Deleted { get; init; }

    /// <summary>Whether it is about machines.</summary>
    public bool? MachineOriented { get; init; }

    /// <summary>Whether it is about users.</summary>
    public bool? UserOriented { get; init; }

    /// <summary>Whether it has policies.</summary>
    public bool? PolicyPlugin { get; init; }

    /// <summary>Whether it has tasks.</summary>
    public bool? TaskPlugin { get; init; }

    /// <summary>Whether its tasks and policies come with a file server.</summary>
    public bool? UsesFileTransfer { get; init; }

    /// <summary>Whether it needs a graphical session.</summary>
    [JsonPropertyName("xBased")]
    public bool? XBased { get; init; }

    /// <summary>When it was made; a wall clock here is UTC (LP 2.2).</summary>
    public LiderDate? CreateDate { get; init; }

    /// <summary>When it was changed.</summary>
    public LiderDate? ModifyDate { get; init; }
}

/// <summary>The outer object, whose <c>task</c> is a string that holds JSON.</summary>
internal sealed partial class ExecuteTaskWire
{
    [JsonConverter(typeof(LenientJsonTextConverter))]
    public string? Task { get; init; }

    public LiderDate? Timestamp { get; init; }

    [JsonConverter(typeof(LenientObjectConverter<FileServerWire>))]
    public FileServerWire? FileServerConf { get; init; }

    public LiderInbound ToMessage()
    {
        if (Task is null)
        {
            return InboundParser.Invalid(
                ExecuteTaskMessage.TypeName,
                "the message has no task (the server could not serialize it), so there is nothing to run or to answer");
        }

        var json = JsonRepair.ToUtf8(Task);
        try
        {
            return InboundParser.Read(json, InboundJson.Default.TaskWire) is { } task
                ? ToMessage(task)
                : InboundParser.Invalid(ExecuteTaskMessage.TypeName, "the task is the JSON text null, so there is nothing to run or to answer");
        }
        catch (JsonException)
        {
            return IllegibleTask(Task, json);
        }
    }

    private LiderInbound ToMessage(TaskWire task)
    {
        var missing = task switch
        {
            { Id: null } => "id",
            _ when string.IsNullOrWhiteSpace(task.Plugin?.Name) => "plugin name",
            _ when string.IsNullOrWhiteSpace(task.CommandClsId) => "command (commandClsId)",
            _ => null,
        };
        if (missing is not null)
        {
            var plugin = task.Plugin?.Name is { } name ? $" (plugin {InboundParser.Quote(name)})" : "";
            return new ProtocolError(ProtocolErrorKind.Invalid, $"{ExecuteTaskMessage.TypeName}: the task{plugin} has no {missing}", task.Id);
        }

        return new ExecuteTaskMessage
        {
            TaskId = task.Id!.Value,
            PluginName = task.Plugin!.Name!.ToLowerInvariant(),
            Plugin = task.Plugin,
            CommandClsId = task.CommandClsId!,
            ParameterMap = task.ParameterMap ?? [],
            CronExpression = task.CronExpression,
            FileServer = FileServerConf?.ToFileServer(),
            CreateDate = task.CreateDate,
            ModifyDate = task.ModifyDate,
            Deleted = task.Deleted,
            MailSend = task.MailSend,
            TaskParts = task.TaskParts,
            Timestamp = Timestamp,
        };
    }

    private static ProtocolError IllegibleTask(string text, ReadOnlySpan<byte> json)
    {
        if (JavaTask().Match(text) is { Success: true } java)
        {
            return new ProtocolError(
                ProtocolErrorKind.Invalid,
                $"{ExecuteTaskMessage.TypeName}: the task came as Java text and not as JSON, so its plugin and parameters are lost; "
                    + "Lider does that to tasks that are sent in parts: send it without that option",
                long.TryParse(java.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null);
        }

        return new ProtocolError(
            ProtocolErrorKind.Invalid,
            $"{ExecuteTaskMessage.TypeName}: the task of {json.Length} bytes is not a JSON object of at most {InboundParser.MaxDepth} levels",
            RecoverId(json));
    }

    /// <summary>The task's id, when it stands before the place where the text stops being JSON.</summary>
    private static long? RecoverId(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = InboundParser.MaxDepth });
        try
        {
            while (reader.Read())
            {
                var isId = reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("id"u8);
                if (isId && reader.Read())
                {
                    return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var id) ? id : null;
                }
            }
        }
        catch (JsonException)
        {
            // The broken place came before the id: there is none to recover.
        }

        return null;
    }

    // LP 2.2.2: the id is the first field of the text; anything later could be a parameter.
    [GeneratedRegex(@"\A\s*TaskImpl\s*\[id=(\d{1,19})\b", RegexOptions.CultureInvariant)]
    private static partial Regex JavaTask();
}

/// <summary>The inner object.</summary>
internal sealed class TaskWire
{
    public long? Id { get; init; }

    [JsonConverter(typeof(LenientObjectConverter<PluginDescription>))]
    public PluginDescription? Plugin { get; init; }

    public string? CommandClsId { get; init; }

    public JsonObject? ParameterMap { get; init; }

    public bool? Deleted { get; init; }

    public string? CronExpression { get; init; }

    public LiderDate? CreateDate { get; init; }

    public LiderDate? ModifyDate { get; init; }

    public bool? MailSend { get; init; }

    public bool? TaskParts { get; init; }
}
