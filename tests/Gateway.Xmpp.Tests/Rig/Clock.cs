using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Moves a clock on in small steps while real sockets do their work in between.</summary>
internal static class Clock
{
    public static FakeTimeProvider New() => new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>Advances until a task has completed and tells how much time passed on the clock.</summary>
    public static async Task<TimeSpan> AdvanceUntilAsync(this FakeTimeProvider clock, Task task, TimeSpan step, TimeSpan limit, string what)
    {
        var start = clock.GetUtcNow();
        while (!await SettledAsync(task))
        {
            var passed = clock.GetUtcNow() - start;
            if (passed >= limit)
            {
                throw new TimeoutException($"The clock went on by {passed} without: {what}");
            }

            clock.Advance(step);
        }

        await task;
        return clock.GetUtcNow() - start;
    }

    /// <summary>Advances by one step and lets its consequences come through the sockets.</summary>
    public static async Task AdvanceOnceAsync(this FakeTimeProvider clock, Task task, TimeSpan step)
    {
        clock.Advance(step);
        await SettledAsync(task);
    }

    /// <summary>Gives what a step has set off a moment to come through the sockets; a slow machine only makes the clock run further.</summary>
    private static async Task<bool> SettledAsync(Task task)
    {
        using var end = new CancellationTokenSource();
        var moment = Task.Delay(TimeSpan.FromMilliseconds(20), end.Token);
        var first = await Task.WhenAny(task, moment);
        await end.CancelAsync();
        return first == task;
    }
}
