using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>Time limit, cancellation and processes that outlive the program; the clock is the test's.</summary>
[Trait("Category", "Integration")]
public sealed class CommandRunnerEndTests : RunnerTest, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly Fifo _fifo = new();

    public void Dispose() => _fifo.Dispose();

    [Fact]
    public async Task At_the_time_limit_the_whole_group_is_asked_to_end()
    {
        var run = Run($"trap 'echo bye; exit 4' TERM; echo before; sleep 1000 & echo $! > {_fifo.Path}; wait", Token);
        var grandchild = Number(await _fifo.ReadLineAsync());
        _time.Advance(Limit);

        var result = await run;
        Assert.True(result.TimedOut);
        Assert.False(result.Succeeded);
        Assert.Equal((4, "before\nbye\n"), (result.ExitCode, result.Output));
        await IsGone(grandchild);
    }

    [Fact]
    public async Task What_ignores_the_request_is_killed_after_the_grace_with_its_children()
    {
        // Both ignore SIGTERM; the bash that starts last says that the handlers stand.
        var run = Run($"trap '' TERM; bash -c 'echo $$ > {_fifo.Path}; while :; do sleep 1000; done' & echo $$ > {_fifo.Path}; wait", Token);
        int[] pids = [Number(await _fifo.ReadLineAsync()), Number(await _fifo.ReadLineAsync())];
        _time.Advance(Limit);
        Assert.All(pids, pid => Assert.NotNull(State(pid)));
        Assert.False(run.IsCompleted);
        var result = await AdvanceUntil(run, Grace);

        Assert.True(result.TimedOut);
        Assert.Equal(128 + 9, result.ExitCode);
        foreach (var pid in pids)
        {
            await IsGone(pid);
        }
    }

    [Fact]
    public async Task Cancellation_ends_the_group_and_is_thrown()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var run = Run($"sleep 1000 & echo $! > {_fifo.Path}; wait", cancellation.Token);
        var grandchild = Number(await _fifo.ReadLineAsync());
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await IsGone(grandchild);
    }

    [Fact]
    public async Task A_cancelled_token_starts_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run($"echo started > {_fifo.Path}", cancellation.Token));

        _fifo.WriteLine("nothing");
        Assert.Equal("nothing", await _fifo.ReadLineAsync());
    }

    [Fact]
    public async Task A_grandchild_that_keeps_the_pipe_does_not_keep_the_runner()
    {
        var run = Run($"sleep 1000 & echo $! $$ > {_fifo.Path}; echo done; exit 3", Token);
        var pids = (await _fifo.ReadLineAsync())!.Split(' ');
        await IsGone(Number(pids[1]));
        var result = await AdvanceUntil(run, TimeSpan.FromSeconds(2));

        Assert.Equal((3, "done\n", false), (result.ExitCode, result.Output, result.TimedOut));
        await IsGone(Number(pids[0]));
    }

    [Fact]
    public async Task A_service_that_left_the_group_and_keeps_the_pipe_does_not_keep_the_runner_either()
    {
        var run = Run($"setsid bash -c 'echo $$ > {_fifo.Path}; sleep 1000; :' & echo done", Token);
        var service = Number(await _fifo.ReadLineAsync());
        try
        {
            var result = await AdvanceUntil(run, TimeSpan.FromSeconds(2));

            Assert.Equal("done\n", result.Output);
            Assert.NotNull(State(service));
        }
        finally
        {
            Libc.Kill(-service, Libc.SigKill);
        }
    }

    [Fact]
    public async Task A_background_process_that_let_go_of_the_pipes_lives_on()
    {
        var result = await Run("sleep 1000 > /dev/null 2>&1 & echo $!", Token);

        var pid = Number(result.Output.Trim());
        Assert.NotNull(State(pid));
        Assert.Equal(0, Libc.Kill(pid, Libc.SigKill));
    }

    [Fact]
    public async Task Output_that_never_ends_is_cut_and_ended_at_the_limit()
    {
        var run = Run($"yes | head -c 5000; echo $$ > {_fifo.Path}; exec yes", Token, limit: 1000);
        await _fifo.ReadLineAsync();
        _time.Advance(Limit);

        var result = await run;
        Assert.True(result.TimedOut);
        Assert.StartsWith(string.Concat(Enumerable.Repeat("y\n", 500)), result.Output, StringComparison.Ordinal);
        Assert.Equal(128 + 15, result.ExitCode);
    }

    private Task<CommandResult> Run(string script, CancellationToken cancellationToken, int limit = 1 << 20)
    {
        var runner = new CommandRunner(_time, NullLogger<CommandRunner>.Instance);
        return runner.RunAsync(
            new CommandLine("bash", "-c", script) { TimeLimit = Limit, TerminationGrace = Grace, OutputLimit = limit }, cancellationToken);
    }

    /// <summary>Lets the clock go on each time a timer may have been set, until the run has ended.</summary>
    private async Task<CommandResult> AdvanceUntil(Task<CommandResult> run, TimeSpan step)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!run.IsCompleted)
        {
            _time.Advance(step);
            await timer.WaitForNextTickAsync(Token);
        }

        return await run;
    }
}
