using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tables;

/// <content>The outbox, for people to look at.</content>
internal sealed partial class Reader
{
    /// <summary>Whatever a plugin made of its message must not keep the others from being seen.</summary>
    private const string OutboxColumns = """
        id,
        CASE WHEN json_valid(body) THEN CAST(json_extract(body, '$.type') AS TEXT) END,
        CASE WHEN json_valid(body) THEN CAST(json_extract(body, '$.taskId') AS INTEGER) END,
        state, not_before, size, attempts, is_final
        """;

    private readonly Statement _outboxEntries;
    private readonly Statement _outboxMessage;
    private readonly Statement _outboxMessageOfTask;

    public IReadOnlyList<OutboxEntry> OutboxEntries(int limit) => All(_outboxEntries, rows => rows.Bind(1, limit), ToEntry);

    public OutboxMessage? OutboxMessage(long id) => First(_outboxMessage, row => row.Bind(1, id), ToMessage);

    public OutboxMessage? OutboxMessageOfTask(long taskId) => First(_outboxMessageOfTask, row => row.Bind(1, taskId), ToMessage);

    private static OutboxMessage ToMessage(Statement row) => new(ToEntry(row), row.Text(8));

    private static OutboxEntry ToEntry(Statement row) => new(
        row.Number(0),
        row.TextOrNull(1),
        row.IsNull(2) ? null : row.Number(2),
        row.Number(3) == 1,
        row.Time(4),
        (int)row.Number(5),
        (int)row.Number(6),
        row.Number(7) == 1);
}
