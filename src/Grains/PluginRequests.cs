using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <inheritdoc cref="IPluginRequests"/>
public sealed partial class PluginRequests(
    IGrainFactory grains, IOutbox outbox, TaskOptions options, AnswerFlush flush, IMachine machine, TimeProvider time, ILogger<PluginRequests> logger)
    : IPluginRequests
{
    /// <inheritdoc/>
    public async Task SendMessageAsync(string plugin, string body)
    {
        // Written anew: on one line and with nothing that the server's patterns stumble over (LP 1.5), whatever the plugin made of it.
        var message = Parse(body) is { } parsed && TextOf(parsed, "type") is { Length: > 0 } type
            ? parsed.ToJsonString()
            : throw new PluginRequestException("The message is not a JSON object with a type.");
        if (Parse(message)!["taskId"] is JsonValue id && id.TryGetValue<long>(out var taskId) && LocalRunId.Is(taskId))
        {
            throw new PluginRequestException("The command is run by an administrator of the machine: Lider knows nothing of it.");
        }

        if (message.Length > options.MaxStanzaBytes - TaskAnswers.StanzaOverhead)
        {
            throw new PluginRequestException($"The message of {message.Length} bytes does not fit a stanza of {options.MaxStanzaBytes} bytes ([CONNECTION] max_stanza_kib).");
        }

        await outbox.AddAsync(new OutboxDraft(message, time.GetUtcNow()));
        LogSent(plugin, type, message.Length);
    }

    /// <inheritdoc/>
    public async Task ProcessTaskAsync(string plugin, JsonObject task)
    {
        var target = task["plugin"] is JsonObject described ? TextOf(described, "name")?.ToLowerInvariant() : null;
        if (!long.TryParse(task["id"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || TextOf(task, "commandClsId") is not { Length: > 0 } command || target != plugin)
        {
            throw new PluginRequestException("The task must have an id, a commandClsId and this plugin.");
        }

        LogAgain(id, plugin, command);
        await grains.GetGrain<IPluginGrain>(plugin).Enqueue(new PluginWork
        {
            Kind = PluginWorkKind.Command,
            Id = id,
            Command = command,
            Parameters = (task["parameterMap"] as JsonObject ?? []).ToJsonString(),
            FileServer = (task["fileServerConf"] as JsonObject)?.ToJsonString(),
        });
    }

    /// <inheritdoc/>
    public async Task RegistrationChangedAsync(string plugin, JsonObject row)
    {
        if (row["registered"] is { } registered && registered.ToString() is "0" or "false" or "False")
        {
            await UnregisterAsync(plugin);
            return;
        }

        LogRegistration(plugin);
        await grains.GetGrain<IAgentGrain>(0).Adopt(TextOf(row, "jid")?.Split('@')[0], TextOf(row, "password"), TextOf(row, "dn"));
    }

    /// <inheritdoc/>
    public async Task UnregisterAsync(string plugin)
    {
        LogUnregister(plugin);
        await grains.GetGrain<IAgentGrain>(0).MarkUnregistered();
    }

    /// <inheritdoc/>
    public Task RebootAsync(string plugin) => PowerAsync(plugin, "reboot");

    /// <inheritdoc/>
    public Task ShutdownAsync(string plugin) => PowerAsync(plugin, "poweroff");

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The plugin is answered at once: its own answer is among those that are waited for.</summary>
    private Task PowerAsync(string plugin, string what)
    {
        LogPower(plugin, what);
        _ = PowerWhenAnswered(plugin, what);
        return Task.CompletedTask;
    }

    private async Task PowerWhenAnswered(string plugin, string what)
    {
        try
        {
            await flush.WaitForPluginAsync(CancellationToken.None);
            var result = await machine.Commands.RunAsync(new CommandLine("systemctl", what), CancellationToken.None);
            if (!result.Succeeded)
            {
                LogPowerFailed(null, plugin, what, result.StartError ?? result.Error);
            }
        }
        catch (Exception failure)
        {
            // Nobody waits for this: the log is the only place where it can be said.
            LogPowerFailed(failure, plugin, what, failure.Message);
        }
    }

    [LoggerMessage(1221, LogLevel.Information, "[PLUGIN] {Plugin} sends Lider {Type} ({Length} bytes)")]
    private partial void LogSent(string plugin, string type, int length);

    [LoggerMessage(1222, LogLevel.Information, "[PLUGIN] Task {TaskId} is run again at the wish of {Plugin}: {Command}")]
    private partial void LogAgain(long taskId, string plugin, string command);

    [LoggerMessage(1223, LogLevel.Warning, "[PLUGIN] {Plugin} changes this machine's registration; a new name or password is used from the next start on")]
    private partial void LogRegistration(string plugin);

    [LoggerMessage(1224, LogLevel.Warning, "[PLUGIN] {Plugin} makes this machine leave Lider")]
    private partial void LogUnregister(string plugin);

    [LoggerMessage(1225, LogLevel.Warning, "[PLUGIN] {Plugin} asks for a {What} of the machine")]
    private partial void LogPower(string plugin, string what);

    [LoggerMessage(1226, LogLevel.Error, "[PLUGIN] The {What} that {Plugin} asked for failed: {Reason}")]
    private partial void LogPowerFailed(Exception? failure, string plugin, string what, string reason);
}
