using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.Commands;

/// <summary>Sends tasks to an agent and shows what comes back.</summary>
internal static class Demonstration
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>An id no earlier run has used: agents remember the ids of tasks they have handled. Beyond 2^31, as Java longs may be.</summary>
    public static long FirstTaskId() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 100;

    /// <summary>The demonstration of <c>dev.sh demo</c>: script and resource-usage.</summary>
    /// <returns>0 only when every task was answered TASK_PROCESSED and nothing was wrong with any message.</returns>
    public static async Task<int> RunAsync(
        LiderServer server, string? agent, TimeSpan patience, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(agent is null ? "Waiting for an agent to register ..." : $"Waiting for {agent} to come online ...");
        var record = await server.Agents.WaitAsync(
            agent,
            // An agent that is called by name may have registered with an earlier simulator.
            known => known is { IsOnline: true, HasAcceptedSubscription: true } && (known.IsRegistered || agent is not null),
            "registered, online and subscribed to",
            patience,
            cancellationToken);
        await output.WriteLineAsync($"{record.Name} is registered and online (host {record.Hostname}, {string.Join(", ", record.MacAddresses)}).");
        var first = FirstTaskId();
        TaskOrder[] orders =
        [
            // The number is what the present web interface sends, the name what the old console sent (PL 17).
            new(first, "script", "EXECUTE_SCRIPT", Script(0, "echo \"Merhaba, ben $(hostname)\"; id -un")),
            new(first + 1, "script", "EXECUTE_SCRIPT", Script("BASH", "uname -sr")),
            new(first + 2, "resource-usage", "RESOURCE_INFO_FETCHER", []),
            new(first + 3, "resource-usage", "AGENT_INFO", new JsonObject { ["dn"] = $"cn={record.Name},ou=Agents,dc=liderahenk,dc=org" }),
        ];
        return await SendAsync(server, record.Name, orders, patience, output, cancellationToken);
    }

    /// <summary>Sends tasks, prints their answers and the balance; 0 only when all is well.</summary>
    public static async Task<int> SendAsync(
        LiderServer server, string agent, IReadOnlyList<TaskOrder> orders, TimeSpan patience, TextWriter output, CancellationToken cancellationToken)
    {
        if (server.Agents.Find(agent) is not { IsRegistered: true })
        {
            server.Agents.Update(agent, known => known with { IsRegistered = true });
        }

        foreach (var order in orders)
        {
            await output.WriteLineAsync($"EXECUTE_TASK {order.TaskId} {order.Plugin} {order.Command} -> {agent}");
            await server.SendTaskAsync(agent, order, cancellationToken);
        }

        var failed = 0;
        foreach (var order in orders)
        {
            try
            {
                var answer = await server.Tasks.WaitForAnswerAsync(order.TaskId, patience, agent, cancellationToken);
                failed += answer.Code == "TASK_PROCESSED" ? 0 : 1;
                await output.WriteLineAsync($"\nTASK_STATUS {order.TaskId} {order.Plugin} {order.Command}: {answer.Code}: {answer.Message}");
                await output.WriteLineAsync(answer.Data is { } data ? JsonSerializer.Serialize(data, Readable) : "(no data)");
            }
            catch (TimeoutException e)
            {
                failed++;
                await output.WriteLineAsync($"\n{e.Message}");
            }
        }

        foreach (var violation in server.Violations)
        {
            await output.WriteLineAsync($"VIOLATION by {violation.From}: {violation.Reason}");
        }

        await output.WriteLineAsync(
            $"\n{orders.Count - failed} of {orders.Count} tasks processed, {server.Violations.Count} violations, " +
            $"{server.Tasks.AnsweredTooEarly} answers too early, {server.Tasks.RepeatedAnswers} answered twice, " +
            $"largest stanza {server.MaxStanzaBytes} bytes.");
        return failed == 0 && server.Violations.Count == 0 && server.Tasks is { AnsweredTooEarly: 0, RepeatedAnswers: 0 } ? 0 : 1;
    }

    private static JsonObject Script(JsonNode type, string contents) =>
        new() { ["SCRIPT_TYPE"] = type, ["SCRIPT_CONTENTS"] = contents, ["SCRIPT_PARAMS"] = "" };
}
