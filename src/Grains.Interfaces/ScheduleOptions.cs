namespace Ahenk.Grains.Interfaces;

/// <summary>How scheduled tasks are run.</summary>
public sealed class ScheduleOptions
{
    /// <summary>How late a run may still begin, whatever <see cref="MissedRun"/> says: a machine that was busy or restarting has not missed it.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    /// <summary>What becomes of runs whose time passed while the machine was off or asleep. <c>[SCHEDULER] missed_run</c>, default <c>skip</c>.</summary>
    public MissedRun MissedRun { get; set; } = MissedRun.Skip;

    /// <summary>What becomes of a run that is due while the one before is still going. <c>[SCHEDULER] overlap</c>, default <c>skip</c>.</summary>
    public Overlap Overlap { get; set; } = Overlap.Skip;

    /// <summary>
    /// Within how many seconds the machines spread the runs of one task: each waits for a part of it that depends on its name and the task's id and never
    /// changes. <c>[SCHEDULER] splay_seconds</c>, default 0.
    /// </summary>
    public int SplaySeconds { get; set; }
}

/// <summary>What becomes of missed runs.</summary>
public enum MissedRun
{
    /// <summary>They are left out.</summary>
    Skip,

    /// <summary>However many they are, one is made up for.</summary>
    Once,
}

/// <summary>What becomes of a run that is due while the one before is still going.</summary>
public enum Overlap
{
    /// <summary>It is left out.</summary>
    Skip,

    /// <summary>It follows when the one before has ended; whatever else became due meanwhile is left out.</summary>
    Queue,
}
