using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>The agent as a whole over the control socket: how it is, and its registration.</summary>
internal sealed class AgentControl(IAgentControl agent) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods =>
    [
        new("status", async (_, _, _) => Describe(await agent.GetReport())) { IsForEverybody = true },
        Registering("register", (request, token) => agent.Register(request.OptionalText("host"), request.Text("user"), request.Text("password"), token)),
        Registering("unregister", (request, token) => agent.Unregister(request.Text("user"), request.Text("password"), token)),
        Registering("adopt", (_, _) => agent.AdoptMachine()),
    ];

    private static ControlMethod Registering(string name, Func<ControlRequest, CancellationToken, Task<RegistrationReport>> call) =>
        ControlMethod.Change(name, async (request, _, token) => Describe(await call(request, token))) with
        {
            About = static (request, entry) => entry with { User = request.Said("user") },
            Outcome = ControlMethod.Message,
        };

    private static JsonObject Describe(RegistrationReport report) => new() { ["succeeded"] = report.Succeeded, ["message"] = report.Message };

    private static JsonObject Describe(AgentReport report) => new()
    {
        ["version"] = report.Version,
        ["protocol"] = JsonRpc.Protocol,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["name"] = report.Name,
        ["registration"] = report.Registration.ToString().ToLowerInvariant(),
        ["registered"] = report.Registration != RegistrationState.Unregistered,
        ["connection"] = report.Connection,
        ["connection_detail"] = report.ConnectionDetail,
        ["connected_since"] = report.ConnectedSince,
        ["next_attempt_at"] = report.NextAttemptAt,
        ["last_error"] = report.LastError,
        ["last_error_at"] = report.LastErrorAt,
        ["lider_heard_at"] = report.LiderHeardAt,
        ["lider_confirmed_at"] = report.LiderConfirmedAt,
        ["clone"] = report.CloneCheck?.IsCopy,
        ["clone_differences"] = report.CloneCheck is { } clone ? new JsonArray([.. clone.Differences.Select(difference => JsonValue.Create(difference))]) : null,
        ["unfinished_tasks"] = report.UnfinishedTasks,
        ["outbox_pending"] = report.Outbox.Pending,
        ["outbox_unconfirmed"] = report.Outbox.Unconfirmed,
        ["outbox_bytes"] = report.Outbox.Bytes,
        ["outbox_dropped"] = report.Outbox.Dropped,
        ["foreign_messages"] = report.ForeignMessages,
    };
}
