using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>What can be called over the control socket. docs/control-socket.md lists the methods.</summary>
internal sealed class ControlMethods(
    IAgentControl agent,
    ITaskStore tasks,
    IScheduleStore schedules,
    PluginControl plugins,
    UserControl users,
    AgreementControl agreement,
    PolicyControl policies,
    ConfigurationControl configuration)
{
    private const int MostTasks = 1000;

    /// <summary>Carries a call out.</summary>
    /// <exception cref="ControlException">It is refused.</exception>
    public async Task<JsonNode?> Invoke(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken) => request.Method switch
    {
        "status" => Describe(await agent.GetReport()),
        "tasks" => await ListTasks(request, caller),
        "schedule" => await ListSchedules(request, caller),
        "plugins" => Privileged(request, caller, plugins).List(),
        "load" or "reload" => await Privileged(request, caller, plugins).ChangeAsync(PluginChange.Load, request.Text("plugins")),
        "remove" => await Privileged(request, caller, plugins).ChangeAsync(PluginChange.Remove, request.Text("plugins")),
        "login" => await Privileged(request, caller, users).LoginAsync(request),
        "logout" => await Privileged(request, caller, users).LogoutAsync(request),
        "users" => await Privileged(request, caller, users).ListAsync(),
        "agreement" => await agreement.Describe(request, caller, cancellationToken),
        "agreement_answer" => await agreement.Answer(request, caller, cancellationToken),
        "policies" => await Privileged(request, caller, policies).ExplainAsync(request.OptionalText("user")),
        "register" => await Register(request, caller, cancellationToken),
        "config_reload" => await Privileged(request, caller, configuration).ReloadAsync(),
        "log_level" => Privileged(request, caller, configuration).Level(request),
        _ => throw new ControlException(JsonRpc.MethodNotFound, $"There is no method '{request.Method}'."),
    };

    /// <summary>Whether a call changes something, and so is noted in the audit log.</summary>
    public static bool Changes(ControlRequest request) => request.Method switch
    {
        "load" or "reload" or "remove" or "register" or "config_reload" or "login" or "logout" or "agreement_answer" => true,
        "log_level" => request.Params.ContainsKey("level"),
        _ => false,
    };

    private static void RequirePrivilege(PeerCredentials caller, ControlRequest request)
    {
        if (!caller.IsPrivileged)
        {
            throw new ControlException(JsonRpc.Forbidden, $"Only root may call '{request.Method}'.");
        }
    }

    private static T Privileged<T>(ControlRequest request, PeerCredentials caller, T service)
    {
        RequirePrivilege(caller, request);
        return service;
    }

    private static int Limit(ControlRequest request) =>
        request.Params["limit"] is JsonValue value && value.TryGetValue<int>(out var limit) ? Math.Clamp(limit, 1, MostTasks) : 50;

    private async Task<JsonNode?> ListTasks(ControlRequest request, PeerCredentials caller)
    {
        RequirePrivilege(caller, request);
        return Describe(await tasks.ListAsync(Limit(request)));
    }

    private async Task<JsonNode?> ListSchedules(ControlRequest request, PeerCredentials caller)
    {
        RequirePrivilege(caller, request);
        return Describe(await schedules.ListAsync(Limit(request)));
    }

    private async Task<JsonNode?> Register(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken)
    {
        RequirePrivilege(caller, request);
        var host = request.Params.ContainsKey("host") ? request.Text("host") : null;
        var report = await agent.Register(host, request.Text("user"), request.Text("password"), cancellationToken);
        return new JsonObject { ["succeeded"] = report.Succeeded, ["message"] = report.Message };
    }

    private static JsonObject Describe(AgentReport report) => new()
    {
        ["version"] = report.Version,
        ["name"] = report.Name,
        ["registration"] = report.Registration.ToString().ToLowerInvariant(),
        ["registered"] = report.Registration != RegistrationState.Unregistered,
        ["connection"] = report.Connection,
        ["connection_detail"] = report.ConnectionDetail,
        ["connected_since"] = report.ConnectedSince,
        ["next_attempt_at"] = report.NextAttemptAt,
        ["last_error"] = report.LastError,
        ["last_error_at"] = report.LastErrorAt,
        ["unfinished_tasks"] = report.UnfinishedTasks,
        ["outbox_pending"] = report.Outbox.Pending,
        ["outbox_unconfirmed"] = report.Outbox.Unconfirmed,
        ["outbox_bytes"] = report.Outbox.Bytes,
        ["outbox_dropped"] = report.Outbox.Dropped,
        ["foreign_messages"] = report.ForeignMessages,
    };

    private static JsonArray Describe(IReadOnlyList<StoredTask> list) => new([.. list.Select(task => (JsonNode)new JsonObject
    {
        ["id"] = task.TaskId,
        ["plugin"] = task.Plugin,
        ["command"] = task.Command,
        ["state"] = task.State.ToString().ToLowerInvariant(),
        ["received_at"] = task.ReceivedAt,
        ["finished_at"] = task.FinishedAt,
        ["code"] = task.ResponseCode,
    })]);

    private static JsonArray Describe(IReadOnlyList<ScheduleReport> list) => new([.. list.Select(schedule => (JsonNode)new JsonObject
    {
        ["id"] = schedule.TaskId,
        ["plugin"] = schedule.Plugin,
        ["command"] = schedule.Command,
        ["cron"] = schedule.Cron,
        ["next_run"] = schedule.Next?.DueAt,
        ["last_planned"] = schedule.LastRun?.PlannedAt,
        ["last_started"] = schedule.LastRun?.StartedAt,
        ["last_ended"] = schedule.LastRun?.EndedAt,
        ["last_code"] = schedule.LastRun?.Code,
    })]);
}
