namespace Ahenk.Grains.Interfaces;

/// <summary>What an administrator asks of the outbox. Changes nothing.</summary>
public interface IOutboxView
{
    /// <summary>The oldest messages first, without what is in them.</summary>
    ValueTask<IReadOnlyList<OutboxEntry>> ListAsync(int limit);

    /// <summary>One message, or <see langword="null"/>: it is not there, or not there any more.</summary>
    ValueTask<OutboxMessage?> FindAsync(long id);

    /// <summary>The newest message about a task that still waits, or <see langword="null"/>.</summary>
    ValueTask<OutboxMessage?> FindOfTaskAsync(long taskId);
}

/// <summary>A message in the outbox.</summary>
/// <param name="Id">Its number; rises with the order of storing.</param>
/// <param name="Type">Its <c>type</c>; <see langword="null"/> when it has none.</param>
/// <param name="TaskId">The task it is about, if it is about one.</param>
/// <param name="IsSent">Whether it is sent and Lider's receipt is awaited.</param>
/// <param name="DueAt">The earliest moment it may, or might, be sent.</param>
/// <param name="Bytes">The size of its body.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="IsFinal">Whether it is the last word about something; others are dropped first when the outbox is full.</param>
public sealed record OutboxEntry(long Id, string? Type, long? TaskId, bool IsSent, DateTimeOffset DueAt, int Bytes, int Attempts, bool IsFinal);

/// <summary>A message with what is in it.</summary>
/// <param name="Entry">What lists say of it.</param>
/// <param name="Body">The message's JSON. May hold secrets.</param>
public sealed record OutboxMessage(OutboxEntry Entry, string Body)
{
    /// <summary>Without the body.</summary>
    public override string ToString() => $"OutboxMessage {{ {Entry.Id} {Entry.Type} }}";
}
