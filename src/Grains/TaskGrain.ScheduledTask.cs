using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Scheduling;

namespace Ahenk.Grains;

/// <content>What happens at which time.</content>
public sealed partial class TaskGrain
{
    /// <summary>
    /// A schedule at work. Nothing is believed of a reminder but that it is worth looking at the clock: it may ring early, late, or several times for one
    /// occurrence, and rings again every minute until it is set anew.
    /// </summary>
    private sealed class ScheduledTask(TaskGrain grain, StoredTask task, StoredSchedule stored)
    {
        /// <summary>The shortest that Orleans allows.</summary>
        private static readonly TimeSpan RingAgain = TimeSpan.FromMinutes(1);

        private StoredSchedule _stored = stored;
        private Run? _run = stored.GoingAt is { } at ? new Run(at, null, null, IsStarted: true, IsHandedOver: false) : null;
        private bool _isQueued;

        /// <summary>Whether this activation must stay: a run is in the plugin's hands, or another waits for its end.</summary>
        public bool IsAtWork => _run is { IsHandedOver: true } || _isQueued;

        /// <summary>The occurrence whose run is going on.</summary>
        public DateTimeOffset? GoingAt => _run is { IsStarted: true } run ? run.At : null;

        private long Id => grain.TaskId;

        /// <summary>What comes next; while a run waits for its start, what is stored is still that run.</summary>
        private Occurrence? Next => _run is { IsStarted: false } run ? run.Next : _stored.Next;

        /// <summary>After the agent's start: a run that was going on is run again or answered.</summary>
        public async Task TakeUp()
        {
            if (_run is { IsHandedOver: false } run)
            {
                grain.LogRunInterrupted(Id, run.At);
                var lookup = await grain.FindCommand(task);
                if (lookup is { Problem: null, Idempotent: true })
                {
                    await HandOver(run with { IsHandedOver = true }, lookup);
                }
                else
                {
                    await grain.Finish(Interrupted(task));
                    if (grain._scheduled != this)
                    {
                        return;
                    }
                }
            }

            await Check();
        }

        /// <summary>Looks at the clock, does what is due, and sets the reminder.</summary>
        public async Task Check()
        {
            var plan = await grain._planner.ReadAsync(Id, _stored.Cron);
            while (Next is { } noted)
            {
                var now = grain._planner.Now;
                var next = plan.On(noted.At);
                if (now < next.DueAt)
                {
                    next = await FollowClock(plan, noted, now);
                    await Arm(next.DueAt - now);

                    // Orleans takes a due time that passes while it stores the reminder for one that was missed.
                    if (grain._planner.Now < next.DueAt)
                    {
                        return;
                    }
                }
                else if (_run is null)
                {
                    await Begin(plan, next, now);
                }
                else if (grain._planner.Options.Overlap == Overlap.Queue)
                {
                    // The end of the run looks again.
                    _isQueued = true;
                    return;
                }
                else
                {
                    await PassOver(plan, next, now);
                }
            }

            await grain.RemoveReminder();
            if (_run is null)
            {
                grain.ForgetSchedule();
            }
        }

        /// <summary>The plugin is about to run it.</summary>
        public async Task<bool> Start(DateTimeOffset plannedAt)
        {
            if (_run is not { IsHandedOver: true } run || run.At != plannedAt)
            {
                // It was cancelled while it waited.
                return false;
            }

            if (run.IsStarted)
            {
                return true;
            }

            var isNew = await grain._schedules.StartRunAsync(Id, run.At, run.Next, run.SkippedAt);
            _stored = _stored with { Next = run.Next, LastAt = run.SkippedAt ?? run.At };
            if (isNew)
            {
                _run = run with { IsStarted = true };
                return true;
            }

            grain.LogRanBefore(Id, run.At);
            Ended();
            return false;
        }

        /// <summary>The run's end is stored.</summary>
        public void Ended()
        {
            _run = null;
            grain.DelayDeactivation(TimeSpan.Zero);
            if (_stored.Next is null)
            {
                grain.ForgetSchedule();
            }
            else if (_isQueued)
            {
                // As a call of its own, for this may run between the steps of another.
                grain.AsReference<ITaskGrain>().Wake().Ignore();
            }
        }

        public async Task Replace(CronSchedule schedule, StreamPosition? position)
        {
            var plan = grain._planner.Make(Id, schedule, await grain._planner.ReadMachineAsync());
            var next = plan.Next(grain._planner.Now, LastAt).Next ?? throw new InvalidOperationException($"The schedule '{schedule}' has no future.");
            if (!await grain._schedules.ReplaceAsync(Id, schedule.Text, next, position))
            {
                // A run ended the schedule meanwhile.
                grain.LogUpdateOfUnscheduled(Id);
                grain.ForgetSchedule();
                return;
            }

            _stored = _stored with { Cron = schedule.Text, Next = next };
            _isQueued = false;
            if (_run is { IsStarted: false } waiting)
            {
                _run = waiting with { Next = next, SkippedAt = null };
            }

            grain.LogReplaced(Id, schedule.Text, next.DueAt);
            await Check();
        }

        public async Task Cancel(StreamPosition? position)
        {
            await grain._schedules.CancelAsync(Id, position);
            grain.LogCancelled(Id);
            _stored = _stored with { Next = null };
            _isQueued = false;
            if (_run is { IsStarted: false })
            {
                _run = null;
                grain.DelayDeactivation(TimeSpan.Zero);
            }

            await Check();
        }

        /// <summary>Ends the schedule, no run of which is going on, with an answer.</summary>
        public async Task CancelWith(TaskAnswer answer)
        {
            // A run that waits for its turn is what is stored as the next.
            if ((_run?.At ?? Next?.At) is { } at)
            {
                _run = null;
                _isQueued = false;
                await Pass(at, answer.ResponseCode, null, answer.Draft);
                grain.DelayDeactivation(TimeSpan.Zero);
            }

            await Check();
        }

        private DateTimeOffset? LastAt => _run?.At > (_stored.LastAt ?? DateTimeOffset.MinValue) ? _run.At : _stored.LastAt;

        /// <summary>A clock or zone that was changed makes another occurrence the next one.</summary>
        private async Task<Occurrence> FollowClock(TaskPlan plan, Occurrence next, DateTimeOffset now)
        {
            if (plan.Next(now, LastAt) is not { Next: { } wanted, From: var from } || wanted == next)
            {
                return next;
            }

            if (_run is { IsStarted: false } waiting)
            {
                _run = waiting with { Next = wanted };
            }
            else
            {
                await grain._schedules.MoveAsync(Id, wanted, from);
                _stored = _stored with { Next = wanted, LastAt = _stored.LastAt > from ? null : _stored.LastAt };
            }

            grain.LogMoved(Id, wanted.DueAt);
            return wanted;
        }

        /// <summary>An occurrence is due and nothing is in its way: it is handed over, or left out when its time is long past.</summary>
        private async Task Begin(TaskPlan plan, Occurrence first, DateTimeOffset now)
        {
            var latest = plan.LatestWithinGrace(now, first.At);
            if (latest is null && (_isQueued || grain._planner.Options.MissedRun == MissedRun.Once))
            {
                latest = first;
            }

            if (latest?.At != first.At)
            {
                await Pass(first.At, _isQueued ? RunCodes.Skipped : RunCodes.Missed, latest ?? plan.After(now), null);
                return;
            }

            _isQueued = false;
            var next = plan.After(now);
            var lookup = await grain.FindCommand(task);
            if (lookup.Problem is { } problem)
            {
                grain.LogNotRunnable(Id, problem);
                var answer = grain.Compose(TaskOutcome.Error(problem), task);
                await Pass(first.At, answer.ResponseCode, next, answer.Draft);
                if (lookup.Missing)
                {
                    // This run does not wait, but a later one may find it.
                    grain.GrainFactory.GetGrain<IPluginGrain>(task.Plugin).Await(grain.AsReference<IPluginWaiter>(), task.PluginVersion).Ignore();
                }

                return;
            }

            await HandOver(new Run(first.At, next, null, IsStarted: false, IsHandedOver: true), lookup);
        }

        private async Task HandOver(Run run, PluginLookup lookup)
        {
            _run = run;
            grain.DelayDeactivation(Timeout.InfiniteTimeSpan);
            grain.LogDue(Id, run.At, task.Plugin);
            await grain.Enqueue(task, lookup, run.At);
        }

        /// <summary>The run before is in the way.</summary>
        private async Task PassOver(TaskPlan plan, Occurrence occurrence, DateTimeOffset now)
        {
            var next = plan.After(now);
            if (_run is { IsStarted: false } waiting)
            {
                // Recorded when that one starts: until then it is what is stored as the next.
                _run = waiting with { Next = next, SkippedAt = waiting.SkippedAt ?? occurrence.At };
                grain.LogPassed(Id, occurrence.At, RunCodes.Skipped, next?.DueAt);
                AgentMetrics.RunPassed(RunCodes.Skipped);
            }
            else
            {
                await Pass(occurrence.At, RunCodes.Skipped, next, null);
            }
        }

        private async Task Pass(DateTimeOffset plannedAt, string code, Occurrence? next, OutboxDraft? answer)
        {
            await grain._schedules.PassAsync(Id, plannedAt, code, next, answer);
            _stored = _stored with { Next = next, LastAt = plannedAt };
            grain.LogPassed(Id, plannedAt, code, next?.DueAt);
            AgentMetrics.RunPassed(code);
        }

        private async Task Arm(TimeSpan wait)
        {
            try
            {
                await grain.RegisterOrUpdateReminder(ScheduleReminder.Name, wait, RingAgain);
            }
            catch (Exception failure) when (failure is StorageException or OrleansException or TimeoutException)
            {
                // Whoever has called is not concerned: what was done stays done.
                grain.LogNotArmed(failure, Id);
            }
        }

        /// <summary>A run in the plugin's hands.</summary>
        /// <param name="At">Its occurrence.</param>
        /// <param name="Next">What comes after it; counts until it has started.</param>
        /// <param name="SkippedAt">The first occurrence that was left out while it waited for its start.</param>
        /// <param name="IsStarted">Whether its start is stored.</param>
        /// <param name="IsHandedOver">Whether this activation has handed it over: not one of an earlier process.</param>
        private sealed record Run(DateTimeOffset At, Occurrence? Next, DateTimeOffset? SkippedAt, bool IsStarted, bool IsHandedOver);
    }
}
