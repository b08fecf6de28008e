using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>What waits to be sent, over the control socket.</summary>
internal sealed class OutboxControl(IOutboxView outbox, LogSecrets secrets) : IControlMethods
{
    private const int MostMessages = 1000;

    public IEnumerable<ControlMethod> Methods =>
    [
        new("outbox", async (request, _, _) => new JsonArray([.. (await outbox.ListAsync(request.Limit(MostMessages))).Select(entry => (JsonNode)Describe(entry))])),
        new("outbox_message", async (request, _, _) => await outbox.FindAsync(request.Number("id")) is { } message
            ? Describe(message, secrets)
            : throw new ControlException(JsonRpc.InvalidParams, $"There is no message {request.Number("id")} in the outbox, or not any more: then Lider has it.")),
    ];

    /// <summary>A message with what is in it.</summary>
    public static JsonObject Describe(OutboxMessage message, LogSecrets secrets)
    {
        var described = Describe(message.Entry);
        described["body"] = ShownJson.Of(message.Body, secrets);
        return described;
    }

    private static JsonObject Describe(OutboxEntry entry) => new()
    {
        ["id"] = entry.Id,
        ["type"] = entry.Type,
        ["task"] = entry.TaskId,
        ["state"] = entry.IsSent ? "sent" : "waiting",
        ["due_at"] = entry.DueAt,
        ["bytes"] = entry.Bytes,
        ["attempts"] = entry.Attempts,
        ["final"] = entry.IsFinal,
    };
}
