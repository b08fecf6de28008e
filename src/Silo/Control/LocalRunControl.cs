using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.Grains;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Running commands without Lider, and cancelling them and Lider's tasks, over the control socket.</summary>
internal sealed class LocalRunControl(IGrainFactory grains, LocalRuns runs) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods =>
    [
        ControlMethod.Change("task_run", (request, caller, _) => Run(request, caller)) with
        {
            About = static (request, entry) => entry with { Plugin = request.Said("plugin"), Command = request.Said("command") },
            Outcome = static result => (string?)result?["id"] ?? "done",
        },
        new("task_wait", (request, _, token) => Wait(request, token)),
        ControlMethod.Change("task_cancel", (request, _, _) => Cancel(request.Text("id"))) with
        {
            Outcome = static result => $"{result?["id"]}: {result?["outcome"]}",
        },
    ];

    private async Task<JsonNode?> Run(ControlRequest request, PeerCredentials caller)
    {
        var parameters = request.Params["parameters"] switch
        {
            null => "{}",
            JsonObject given => given.ToJsonString(),
            _ => throw new ControlException(JsonRpc.InvalidParams, "The parameter 'parameters' must be an object."),
        };
        var start = await runs.StartAsync(AuditSource.User(caller.UserId), request.Text("plugin"), request.Text("command"), parameters);
        return start.Problem is { } problem
            ? throw new ControlException(JsonRpc.InvalidParams, problem)
            : new JsonObject { ["id"] = LocalRuns.NameOf(start.Id) };
    }

    private async Task<JsonNode?> Wait(ControlRequest request, CancellationToken cancellationToken)
    {
        var outcome = ReadLocal(request.Text("id")) is { } id ? await runs.WaitAsync(id, cancellationToken) : null;
        return outcome is null
            ? throw new ControlException(JsonRpc.InvalidParams, $"There is no local run {request.Text("id")}, or not any more.")
            : new JsonObject
            {
                ["id"] = request.Text("id"),
                ["code"] = TaskAnswers.CodeOf(outcome.Code),
                ["message"] = outcome.Message,
                ["data"] = outcome.Data is { } data ? JsonNode.Parse(data) : null,
                ["file_type"] = outcome.FileType?.ToString(),
            };
    }

    private async Task<JsonNode?> Cancel(string name)
    {
        var outcome = ReadLocal(name) is { } local ? await runs.CancelAsync(local)
            : long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? await grains.GetGrain<ITaskGrain>(id).Cancel()
            : throw new ControlException(JsonRpc.InvalidParams, $"'{name}' is neither the number of a task nor {LocalRuns.Prefix}NUMBER.");
        return new JsonObject
        {
            ["id"] = name,
            ["outcome"] = outcome.ToString().ToLowerInvariant(),
        };
    }

    private static long? ReadLocal(string name) =>
        name.StartsWith(LocalRuns.Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(LocalRuns.Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? -number : null;
}
