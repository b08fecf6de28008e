namespace Ahenk.Grains.Interfaces;

/// <summary>How tasks are answered and remembered.</summary>
public sealed class TaskOptions
{
    /// <summary>
    /// Earliest time of an answer after its task came: Lider stores the task's execution only after it has sent it and drops answers that come
    /// sooner (LP 2.2.1). <c>[CONNECTION] answer_delay_ms</c>, default 500.
    /// </summary>
    public TimeSpan AnswerDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Largest stanza that is sent, in bytes (LP 1.10). <c>[CONNECTION] max_stanza_kib</c>, default 60 KiB.</summary>
    public int MaxStanzaBytes { get; set; } = 60 * 1024;

    /// <summary>How long handled task ids are remembered. <c>[TASK] keep_days</c>, default 30.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(30);
}
