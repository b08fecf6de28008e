using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class ControlScheduleTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 5, 9, 0, 0, TimeSpan.Zero);

    private readonly OneSchedule _schedules = new();
    private readonly ControlMethods _methods;

    public ControlScheduleTests() => _methods = new ControlMethods([new TaskControl(null!, _schedules)]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_runs_next_and_how_it_ran_last_is_listed()
    {
        var answer = await _methods.Invoke(JsonRpc.Read("""{"method":"schedule","params":{"limit":5000}}""", out _)!, new PeerCredentials(1, 0), Token);

        var row = Assert.Single(answer!.AsArray())!;
        Assert.Equal((7L, "probe", "RUN", "0 9 * * *"), ((long)row["id"]!, (string?)row["plugin"], (string?)row["command"], (string?)row["cron"]));
        Assert.Equal((At.AddDays(1).AddSeconds(20), At, "MISSED"), ((DateTimeOffset)row["next_run"]!, (DateTimeOffset)row["last_planned"]!, (string?)row["last_code"]));
        Assert.Null(row["last_started"]);
        Assert.Equal(1000, _schedules.AskedLimit);
    }

    [Fact]
    public async Task Other_users_may_not_see_it()
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(
            () => _methods.Invoke(JsonRpc.Read("""{"method":"schedule"}""", out _)!, new PeerCredentials(1, 4242), Token));

        Assert.Equal(JsonRpc.Forbidden, refusal.Code);
    }

    private sealed class OneSchedule : IScheduleStore
    {
        public int AskedLimit { get; private set; }

        public ValueTask<IReadOnlyList<ScheduleReport>> ListAsync(int limit)
        {
            AskedLimit = limit;
            var next = At.AddDays(1);
            return new([new ScheduleReport(7, "probe", "RUN", "0 9 * * *", new Occurrence(next, next.AddSeconds(20)), new RunRecord(At, null, At, RunCodes.Missed))]);
        }

        public ValueTask<AcceptOutcome> AcceptAsync(NewTask task, StoredSchedule? schedule, StreamPosition? position) => throw new NotSupportedException();

        public ValueTask<StoredSchedule?> FindAsync(long taskId) => throw new NotSupportedException();

        public ValueTask<bool> ReplaceAsync(long taskId, string cron, Occurrence next, StreamPosition? position) => throw new NotSupportedException();

        public ValueTask<bool> CancelAsync(long taskId, StreamPosition? position) => throw new NotSupportedException();

        public ValueTask RememberAsync(long taskId, string? cron, DateTimeOffset receivedAt, StreamPosition? position) => throw new NotSupportedException();

        public ValueTask<EarlyUpdate?> FindUpdateAsync(long taskId, DateTimeOffset receivedAfter) => throw new NotSupportedException();

        public ValueTask<bool> StartRunAsync(long taskId, DateTimeOffset plannedAt, Occurrence? next, DateTimeOffset? skippedAt) =>
            throw new NotSupportedException();

        public ValueTask<bool> FinishRunAsync(long taskId, DateTimeOffset plannedAt, string responseCode, OutboxDraft answer) => throw new NotSupportedException();

        public ValueTask PassAsync(long taskId, DateTimeOffset plannedAt, string code, Occurrence? next, OutboxDraft? answer) => throw new NotSupportedException();

        public ValueTask MoveAsync(long taskId, Occurrence next, DateTimeOffset after) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<long>> ListGoingAsync() => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<ScheduleWithReminder>> ListWithRemindersAsync() => throw new NotSupportedException();

        public ValueTask<int> ForgetAsync(DateTimeOffset runsBefore, DateTimeOffset updatesBefore) => throw new NotSupportedException();
    }
}
