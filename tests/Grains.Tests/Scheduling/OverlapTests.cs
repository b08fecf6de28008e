using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>A run that is due while the one before is still going, or still waits for its start.</summary>
[Trait("Category", "Unit")]
public sealed class OverlapTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = Given.Now;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    public async ValueTask InitializeAsync()
    {
        _silo = await GrainCluster.StartAsync();
        _silo.Host.Holds = true;
    }

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task What_is_due_while_a_run_is_going_is_left_out_and_recorded()
    {
        await StartRunAt12_01();

        await _silo.Pass(Minute * 2);
        Assert.Equal([RunCodes.Skipped, RunCodes.Skipped], Codes().Skip(1));
        _silo.Host.End(7);
        await Store.WhenRecorded(7, 3);
        await _silo.Pass(Minute);
        await _silo.Host.WhenStarted(7, 2);
        _silo.Host.End(7);
        await Store.WhenRecorded(7, 4);

        Assert.Equal(["TASK_PROCESSED", RunCodes.Skipped, RunCodes.Skipped, "TASK_PROCESSED"], Codes());
        Assert.Equal(2, Store.Answers.Count);
        Assert.Equal(1, _silo.Host.MostAtOnce);
    }

    [Fact]
    public async Task Of_what_is_due_while_a_run_is_going_one_follows_when_the_configuration_says_so()
    {
        _silo.ScheduleOptions.Overlap = Overlap.Queue;
        await StartRunAt12_01();

        await _silo.Pass(TimeSpan.FromMinutes(10));
        Assert.Single(_silo.Host.Started);
        _silo.Host.End(7);
        await _silo.Host.WhenStarted(7, 2);
        _silo.Host.End(7);
        await Store.WhenRecorded(7, 3);

        Assert.Equal(["TASK_PROCESSED", RunCodes.Skipped, "TASK_PROCESSED"], Codes());
        Assert.Equal([Noon.AddMinutes(1), Noon.AddMinutes(2), Noon.AddMinutes(11)], Store.RunsOf(7).Select(run => run.PlannedAt));
        Assert.Equal(Noon.AddMinutes(12), Store.ScheduleOf(7)!.Next!.Value.At);
    }

    [Fact]
    public async Task A_queued_run_follows_however_long_the_one_before_took()
    {
        _silo.ScheduleOptions.Overlap = Overlap.Queue;
        await _silo.Send(Given.Incoming(7, cron: "0 13,14 * * *"));
        await _silo.Pass(TimeSpan.FromHours(1));
        await _silo.Host.WhenStarted(7);

        await _silo.Pass(TimeSpan.FromHours(3));
        _silo.Host.End(7);
        await _silo.Host.WhenStarted(7, 2);
        _silo.Host.End(7);
        await Store.WhenRecorded(7, 2);

        Assert.Equal([Noon.AddHours(1), Noon.AddHours(2)], Store.RunsOf(7).Select(run => run.PlannedAt));
    }

    [Fact]
    public async Task A_run_that_waits_in_the_plugins_queue_takes_the_place_of_what_is_due_meanwhile()
    {
        await _silo.Send(Given.Incoming(1));
        await _silo.Host.WhenStarted(1);
        await _silo.Send(Given.Incoming(7, cron: "* * * * *"));

        await _silo.Pass(Minute * 3);
        Assert.Empty(Store.RunsOf(7));
        Assert.Equal(Noon.AddMinutes(1), Store.ScheduleOf(7)!.Next!.Value.At);
        _silo.Host.End(1);
        await _silo.Host.WhenStarted(7);
        _silo.Host.End(7);
        await Store.WhenRecorded(7, 2);

        Assert.Equal(["TASK_PROCESSED", RunCodes.Skipped], Codes());
        Assert.Equal(Noon.AddMinutes(4), Store.ScheduleOf(7)!.Next!.Value.At);
    }

    private async Task StartRunAt12_01()
    {
        await _silo.Send(Given.Incoming(7, cron: "* * * * *"));
        await _silo.Pass(Minute);
        await _silo.Host.WhenStarted(7);
    }

    private IEnumerable<string?> Codes() => Store.RunsOf(7).Select(run => run.Code);
}
