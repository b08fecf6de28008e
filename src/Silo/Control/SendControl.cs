using System.Text.Json.Nodes;
using Ahenk.Grains;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Silo.Control;

/// <summary>
/// Messages that scripts and administrators write by hand (PL 2.11): an answer of a task (LP 3.4) or of a policy (LP 3.6). It goes through the outbox like any other.
/// </summary>
internal sealed class SendControl(IAgentControl agent, ITaskStore tasks, TaskAnswers answers, PolicyReport reports, IOutbox outbox) : IControlMethods
{
    /// <summary>What the operator reads when nothing else is given.</summary>
    private const string DefaultMessage = "Sent with 'ahenk send' on the machine.";

    public IEnumerable<ControlMethod> Methods =>
    [
        ControlMethod.Change("send", (request, _, _) => Send(request)) with
        {
            About = static (request, entry) => entry with { Id = request.SaidNumber("task") ?? request.SaidNumber("execution"), Code = request.Said("code") },
        },
    ];

    private async Task<JsonNode?> Send(ControlRequest request)
    {
        if ((await agent.GetReport()).Registration == RegistrationState.Unregistered)
        {
            throw new ControlException(JsonRpc.InvalidParams, "This machine is not registered with Lider: there is nobody to send a message to. Register it first: ahenk register.");
        }

        var outcome = new TaskOutcome(ReadCode(request), request.OptionalText("message") ?? DefaultMessage, ReadData(request)?.ToJsonString());
        var isOfTask = request.Params["task"] is not null;
        var id = request.Number(isOfTask ? "task" : "execution");
        var task = isOfTask ? await tasks.FindAsync(id) : null;
        var draft = isOfTask ? answers.Compose(id, outcome, task?.ReceivedAt).Draft : reports.Compose(request.Text("policy_version"), id, outcome);
        await outbox.AddAsync(draft);
        return new JsonObject { ["bytes"] = System.Text.Encoding.UTF8.GetByteCount(draft.Body), ["known"] = isOfTask ? task is not null : null };
    }

    private static PluginCode ReadCode(ControlRequest request) => request.OptionalText("code") switch
    {
        null or "processed" => PluginCode.Processed,
        "warning" => PluginCode.Warning,
        "error" => PluginCode.Error,
        _ => throw new ControlException(JsonRpc.InvalidParams, "The parameter 'code' must be 'processed', 'warning' or 'error'."),
    };

    /// <summary>Lider drops a message whose data is anything but an object (LP 3.1).</summary>
    private static JsonObject? ReadData(ControlRequest request) => request.Params["data"] switch
    {
        null => null,
        JsonObject data => data,
        _ => throw new ControlException(JsonRpc.InvalidParams, "The parameter 'data' must be an object."),
    };
}
