using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.Commands;

/// <summary>
/// The simulator as a servant of another process: one JSON object a line in, one a line out, in order. Commands, by <c>op</c>:
/// <c>send</c> (agent, taskId, plugin, command, parameters, cron), <c>raw</c> (to, body), <c>cancel</c> (agent, taskId, cron),
/// <c>wait-online</c> (agent, timeout), <c>wait-answer</c> (taskId, timeout), <c>wait-count</c> (count, timeout), <c>resend</c>, <c>stats</c>,
/// <c>quit</c>. Times are seconds. Each answer has <c>ok</c>, and <c>error</c> where it is false.
/// </summary>
internal sealed class ControlLoop(LiderServer server, TextReader input, TextWriter output)
{
    /// <summary>Serves until the input ends or <c>quit</c> comes.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            JsonObject answer;
            try
            {
                var command = JsonNode.Parse(line) as JsonObject ?? throw new FormatException("A command is a JSON object.");
                if ((string?)command["op"] == "quit")
                {
                    break;
                }

                answer = await RunAsync(command, cancellationToken);
                answer["ok"] ??= true;
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or TimeoutException)
            {
                answer = new JsonObject { ["ok"] = false, ["error"] = e.Message };
            }

            await output.WriteLineAsync(JacksonJson.Write(answer).AsMemory(), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }

        return 0;
    }

    private async Task<JsonObject> RunAsync(JsonObject command, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds((double?)command["timeout"] ?? 60);
        switch ((string?)command["op"])
        {
            case "send":
                var order = new TaskOrder(
                    Number(command, "taskId"), Text(command, "plugin"), Text(command, "command"), command["parameters"]?.DeepClone() as JsonObject)
                {
                    Cron = (string?)command["cron"],
                };
                return Sent(await server.SendTaskAsync(Text(command, "agent"), order, cancellationToken));
            case "raw":
                return Sent(await server.SendRawAsync(Text(command, "to"), Text(command, "body"), cancellationToken));
            case "cancel":
                return Sent(await server.UpdateScheduledTaskAsync(
                    Text(command, "agent"), Number(command, "taskId"), (string?)command["cron"], cancellationToken));
            case "wait-online":
                var agent = await server.Agents.WaitForOnlineAsync((string?)command["agent"], timeout, cancellationToken);
                return new JsonObject { ["agent"] = agent.Name };
            case "wait-answer":
                var answer = await server.Tasks.WaitForAnswerAsync(Number(command, "taskId"), timeout, cancellationToken: cancellationToken);
                return new JsonObject
                {
                    ["code"] = answer.Code,
                    ["message"] = answer.Message,
                    ["data"] = answer.Data is { } data ? JsonNode.Parse(data.GetRawText()) : null,
                };
            case "wait-count":
                await server.Tasks.WaitForAnswersAsync((int)Number(command, "count"), timeout, cancellationToken);
                return [];
            case "resend":
                return new JsonObject { ["sent"] = await server.ResendUnansweredAsync(cancellationToken) };
            case "stats":
                return Statistics();
            default:
                throw new FormatException($"There is no op '{(string?)command["op"]}'.");
        }
    }

    private JsonObject Statistics() => new()
    {
        ["received"] = server.MessagesReceived,
        ["answered"] = server.Tasks.AnsweredTasks,
        ["unanswered"] = server.Tasks.Unanswered().Count,
        ["tooEarly"] = server.Tasks.AnsweredTooEarly,
        ["repeated"] = server.Tasks.RepeatedAnswers,
        ["retransmissions"] = server.Tasks.Retransmissions,
        ["bounces"] = server.Bounces,
        ["reconnects"] = server.Reconnects,
        ["maxStanzaBytes"] = server.MaxStanzaBytes,
        ["violations"] = new JsonArray([.. server.Violations.Select(violation => JsonValue.Create(violation.Reason))]),
    };

    private static JsonObject Sent(bool isSent) =>
        isSent ? [] : new JsonObject { ["ok"] = false, ["error"] = "no session: the message is lost" };

    private static string Text(JsonObject command, string name) =>
        (string?)command[name] ?? throw new FormatException($"{name} is missing.");

    private static long Number(JsonObject command, string name) =>
        (long?)command[name] ?? throw new FormatException($"{name} is missing.");
}
