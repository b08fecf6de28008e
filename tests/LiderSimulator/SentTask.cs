namespace Ahenk.LiderSimulator;

/// <summary>A task for one agent, with what has come back. A snapshot.</summary>
public sealed record SentTask
{
    /// <summary>The server's id of the task.</summary>
    public required long TaskId { get; init; }

    /// <summary>The local part of the agent's JID.</summary>
    public required string Agent { get; init; }

    /// <summary>The JSON of EXECUTE_TASK.</summary>
    public required string Body { get; init; }

    /// <summary>How often it was sent.</summary>
    public int Sends { get; init; }

    /// <summary>When it was sent for the first time.</summary>
    public DateTimeOffset SentAt { get; init; }

    /// <summary>The answers the server has stored, in the order of arrival, each stanza once.</summary>
    public IReadOnlyList<TaskAnswer> Answers { get; init; } = [];

    /// <summary>Answers that came again with a stanza id that had been seen: the same stanza twice, not a second answer.</summary>
    public int Retransmissions { get; init; }

    /// <summary>Answers that came before the task's row existed and were lost (LP 2.2.1).</summary>
    public int AnsweredTooEarly { get; init; }

    /// <summary>The first final answer, or <see langword="null"/>.</summary>
    public TaskAnswer? Final => Answers.FirstOrDefault(answer => answer.IsFinal);
}
