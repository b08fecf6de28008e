using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Scheduling;

/// <summary>Makes plans of schedules: knows the configuration, the clock and the machine's name.</summary>
/// <param name="options">The configuration.</param>
/// <param name="grains">Where the machine's name is asked for.</param>
/// <param name="time">The clock and its zone.</param>
public sealed class SchedulePlanner(ScheduleOptions options, IGrainFactory grains, TimeProvider time)
{
    /// <summary>What becomes of runs that are missed or overlap.</summary>
    internal ScheduleOptions Options => options;

    /// <summary>What the clock says.</summary>
    internal DateTimeOffset Now => time.GetUtcNow();

    /// <summary>How much later than its schedule says a machine runs a task.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="seconds">The most.</param>
    /// <returns>Whole seconds from 0 to <paramref name="seconds"/>, always the same for the same machine and task.</returns>
    public static TimeSpan Splay(string machine, long taskId, int seconds) => seconds == 0
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{machine}:{taskId}"))) % ((uint)seconds + 1));

    /// <summary>Reads a schedule that is to have a future.</summary>
    internal bool TryParse(string cron, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? problem) =>
        CronSchedule.TryParse(cron, Now, time.LocalTimeZone, out schedule, out problem);

    /// <summary>The plan of a task whose schedule was accepted earlier.</summary>
    /// <exception cref="InvalidOperationException">The stored schedule is not one.</exception>
    internal async ValueTask<TaskPlan> ReadAsync(long taskId, string cron) =>
        Make(taskId, cron, await ReadMachineAsync());

    /// <summary>The machine's name, where it matters.</summary>
    internal async ValueTask<string> ReadMachineAsync() =>
        options.SplaySeconds == 0 ? "" : (await grains.GetGrain<IAgentGrain>(0).GetIdentity()).Name;

    /// <summary>As <see cref="ReadAsync"/>, for whoever makes many.</summary>
    internal TaskPlan Make(long taskId, string cron, string machine) => CronSchedule.TryParse(cron, out var schedule, out var problem)
        ? Make(taskId, schedule, machine)
        : throw new InvalidOperationException($"The stored schedule of task {taskId} cannot be read. {problem}");

    internal TaskPlan Make(long taskId, CronSchedule schedule, string machine) =>
        new(schedule, Splay(machine, taskId, options.SplaySeconds), time.LocalTimeZone);
}
