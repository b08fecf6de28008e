using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests;

/// <summary>Commands that an administrator of the machine runs without Lider.</summary>
[Trait("Category", "Unit")]
public sealed class LocalRunTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_command_is_run_and_Lider_hears_nothing_of_it()
    {
        _silo.Host.OnRun = work => new TaskOutcome(PluginCode.Processed, "done", work.Parameters);

        var start = await _silo.LocalRuns.StartAsync("uid 0", "Probe", "RUN", """{"a":1}""");
        var outcome = await _silo.LocalRuns.WaitAsync(start.Id, Token);

        Assert.Equal((-1L, null), (start.Id, start.Problem));
        Assert.Equal((PluginCode.Processed, """{"a":1}"""), (outcome!.Code, outcome.Data));
        Assert.Equal("probe", Assert.Single(_silo.Host.Works).Plugin);
        Assert.Empty(_silo.Store.Answers);
        Assert.Empty(_silo.Outbox.Drafts);
        Assert.Equal(
            new AuditEntry("uid 0", AuditAction.LocalRunFinished) { Plugin = "probe", Command = "RUN", Code = "TASK_PROCESSED", Result = "local-1" },
            Assert.Single(_silo.Audit.Entries));
    }

    [Fact]
    public async Task It_waits_for_its_turn_behind_tasks()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(1));
        await _silo.Host.WhenStarted(1);
        var start = await _silo.LocalRuns.StartAsync("uid 0", "probe", "RUN", "{}");

        Assert.Equal([1], _silo.Host.Started);
        _silo.Host.End(1);
        await _silo.Host.WhenStarted(start.Id);
        _silo.Host.End(start.Id);

        Assert.Equal(PluginCode.Processed, (await _silo.LocalRuns.WaitAsync(start.Id, Token))!.Code);
    }

    [Fact]
    public async Task It_is_cancelled_before_its_turn_and_while_it_runs()
    {
        _silo.Host.Holds = true;
        var (first, second) = (await _silo.LocalRuns.StartAsync("uid 0", "probe", "RUN", "{}"), await _silo.LocalRuns.StartAsync("uid 0", "probe", "RUN", "{}"));
        await _silo.Host.WhenStarted(first.Id);

        Assert.Equal(CancelOutcome.Cancelled, await _silo.LocalRuns.CancelAsync(second.Id));
        Assert.Equal(CancelOutcome.Ending, await _silo.LocalRuns.CancelAsync(first.Id));
        Assert.Equal(PluginCode.Killed, (await _silo.LocalRuns.WaitAsync(first.Id, Token))!.Code);
        Assert.Equal(PluginCode.Killed, (await _silo.LocalRuns.WaitAsync(second.Id, Token))!.Code);
        Assert.Equal(CancelOutcome.Finished, await _silo.LocalRuns.CancelAsync(first.Id));
        Assert.Equal(CancelOutcome.Unknown, await _silo.LocalRuns.CancelAsync(-99));
        Assert.Equal([first.Id], _silo.Host.Started);
    }

    [Fact]
    public async Task What_cannot_be_run_is_told_at_once()
    {
        _silo.Host.OnFind = (_, _, _) => new PluginLookup("There is no such plugin.", Missing: true, Idempotent: false, Parallel: false);

        Assert.Equal("There is no such plugin.", (await _silo.LocalRuns.StartAsync("uid 0", "nosuch", "RUN", "{}")).Problem);
        Assert.Null(await _silo.LocalRuns.WaitAsync(-1, Token));
    }

    [Fact]
    public async Task The_newest_runs_are_remembered_and_those_that_go_on_are_not_forgotten()
    {
        _silo.Host.Holds = true;
        var first = await _silo.LocalRuns.StartAsync("uid 0", "slow", "RUN", "{}");
        await _silo.Host.WhenStarted(first.Id);
        _silo.Host.Holds = false;
        for (var count = 0; count < LocalRuns.MostRuns; count++)
        {
            var start = await _silo.LocalRuns.StartAsync("uid 0", "probe", "RUN", "{}");
            await _silo.LocalRuns.WaitAsync(start.Id, Token);
        }

        Assert.Null(await _silo.LocalRuns.WaitAsync(-2, Token));
        Assert.NotNull(await _silo.LocalRuns.WaitAsync(-3, Token));
        _silo.Host.End(first.Id);
        Assert.Equal(PluginCode.Processed, (await _silo.LocalRuns.WaitAsync(first.Id, Token))!.Code);
    }

    [Fact]
    public async Task Too_many_that_go_on_are_refused()
    {
        _silo.Host.Holds = true;
        for (var count = 0; count < LocalRuns.MostRuns; count++)
        {
            Assert.Null((await _silo.LocalRuns.StartAsync("uid 0", "probe", "RUN", "{}")).Problem);
        }

        Assert.Contains("local runs are going on", (await _silo.LocalRuns.StartAsync("uid 0", "probe", "RUN", "{}")).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_its_plugin_reports_on_the_way_stays_here()
    {
        var progress = new TaskProgress(new TaskAnswers(_silo.Options, _silo.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<TaskAnswers>.Instance), _silo.Outbox, _silo.Store);

        await progress.ReportAsync(-1, "half", new JsonObject());
        var refusal = await Assert.ThrowsAsync<PluginRequestException>(() => _silo.Requests.SendMessageAsync("probe", """{"type":"TASK_STATUS","taskId":-1}"""));

        Assert.Contains("Lider knows nothing of it", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_silo.Outbox.Drafts);
    }
}
