using System.Diagnostics;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.TestSite;
using static Ahenk.Bench.Report;

namespace Ahenk.Bench;

/// <summary>What logins and logouts cost: the user who waits, and the daemon.</summary>
internal sealed class Logins(Site site, Load load, bool quick, CancellationToken cancellationToken)
{
    private const string User = "bench";
    private const int Profiles = 10;
    private const int UsersInTurn = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task MeasureAsync()
    {
        for (var copy = 1; copy <= Profiles; copy++)
        {
            BuiltAgent.CopyPlugin("journal", $"bench-{copy}", Directory.CreateDirectory(Path.Combine(site.Agent.Plugins, $"bench-{copy}")).FullName);
        }

        await site.Agent.WaitForPluginsAsync(
            plugins => plugins.Count(plugin => ((string)plugin!["name"]!).StartsWith("bench-", StringComparison.Ordinal) && (string?)plugin["status"] == "active") == Profiles,
            "the plugins", Patience, cancellationToken);
        await CallsAsync();
        await FrozenCallsAsync();
        await PoliciesAsync();
        await MemoryAsync();
    }

    /// <summary>The command that a login waits for, while the daemon has nothing else to do.</summary>
    private async Task CallsAsync()
    {
        var samples = new List<double>();
        for (var call = 0; call < (quick ? 100 : 500); call++)
        {
            samples.Add(await TellAsync("login", User, "gnome", ":0"));
            await RowsAsync(isLogin: true, User);
            samples.Add(await TellAsync("logout", User));
            await RowsAsync(isLogin: false, User);
        }

        Print($"ahenk login, {samples.Count:#,0} calls", samples);
    }

    private async Task FrozenCallsAsync()
    {
        var samples = new List<double>();
        site.Agent.Freeze();
        try
        {
            for (var call = 0; call < (quick ? 20 : 100); call++)
            {
                samples.Add(await TellAsync("login", User, "gnome", ":0"));
                samples.Add(await TellAsync("logout", User));
            }
        }
        finally
        {
            site.Agent.Thaw();
        }

        Print("  while the daemon is stopped", samples);

        // What it was told twice, it has sorted out when it is as before.
        await site.Agent.StopAsync();
        await load.StartAsync();
        await NobodyAsync();
    }

    private async Task PoliciesAsync()
    {
        var policies = site.Lider.People.Policies;
        policies.Define(1, [.. Enumerable.Range(1, Profiles).Select(copy => new PolicyProfile($"bench-{copy}", new JsonObject { ["text"] = "bench" }))]);
        var execution = policies.Assign(1, User).ExecutionId;
        var samples = new List<double>();
        for (var run = 0; run < (quick ? 5 : 20); run++)
        {
            var answers = site.Lider.People.PolicyAnswers.Where(answer => answer.ExecutionId == execution).Count;
            var start = Stopwatch.GetTimestamp();
            await CallAsync("login", User);
            await site.Lider.People.PolicyAnswers.WaitAsync(answer => answer.ExecutionId == execution, answers + Profiles, Patience, cancellationToken);
            samples.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await CallAsync("logout", User);
            await RowsAsync(isLogin: false, User);
        }

        var sorted = new Samples(samples);
        Line("login to last of 10 profiles", "median {0:0} ms, {1:0} to {2:0} ms", sorted.At(50), sorted.At(0), sorted.At(100));
        policies.Unassign(1, User);
    }

    /// <summary>A thousand logins are an hour's on a busy machine: the second hour must not need more memory than the first.</summary>
    private async Task MemoryAsync()
    {
        var times = quick ? 300 : 1000;

        // What the daemon gives back after its start it takes up again with the first work after that: it is no measure of what logins leave behind.
        await ComeAndGoAsync(times);
        await SettleAsync();
        await ComeAndGoAsync(times);
        var first = await SettleAsync();
        await ComeAndGoAsync(times);
        var second = await SettleAsync();
        Line(
            $"{times:#,0} logins and logouts",
            "RSS {0:0.0} MB, after as many more {1:0.0} MB, ratio {2:0.00}  (target: flat); private dirty {3:0.0} and {4:0.0} MB",
            first.Rss,
            second.Rss,
            second.Rss / first.Rss,
            first.PrivateDirty,
            second.PrivateDirty);
        Line("  CPU of the daemon for each", "{0:0.0} ms", (second.CpuSeconds - first.CpuSeconds) * 1000 / times);
    }

    private async Task ComeAndGoAsync(int times)
    {
        for (var time = 0; time < times; time++)
        {
            var user = $"{User}{time % UsersInTurn}";
            await CallAsync("login", user);
            await RowsAsync(isLogin: true, user);
            await CallAsync("logout", user);
            await RowsAsync(isLogin: false, user);
        }
    }

    /// <summary>After the trim that follows work.</summary>
    private async Task<ProcessFigures> SettleAsync()
    {
        await NobodyAsync();
        await Task.Delay(TimeSpan.FromSeconds(quick ? 20 : 60), cancellationToken);
        return ProcessFigures.Read(site.Agent.ProcessId);
    }

    private async Task NobodyAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while ((await site.Agent.CallAsync("users", cancellationToken: limit.Token))["result"]!.AsArray().Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    /// <summary>Waits until what Lider was told last of a user is this.</summary>
    private async Task RowsAsync(bool isLogin, string user) => await site.Lider.People.Sessions.WaitForAllAsync(
        rows => rows.LastOrDefault(row => row.User == user)?.IsLogin == isLogin, $"such that {user} is {(isLogin ? "in" : "out")}", Patience, cancellationToken);

    private async Task<double> TellAsync(string word, params string[] arguments)
    {
        var ended = await AhenkCommand.RunAsync([BuiltAgent.Command, word, "--socket", site.Agent.ControlSocket, "--", .. arguments], "", cancellationToken);
        return ended.ExitCode == 0
            ? ended.Took.TotalMilliseconds
            : throw new InvalidOperationException($"ahenk {word} ended with {ended.ExitCode}: {ended.Output}");
    }

    private async Task CallAsync(string method, string user)
    {
        var answer = await site.Agent.CallAsync(method, new JsonObject { ["user"] = user }, cancellationToken);
        if ((bool?)answer["result"]?["accepted"] != true)
        {
            throw new InvalidOperationException($"{method} of {user} was answered {answer.ToJsonString()}");
        }
    }

    private static void Print(string label, List<double> values)
    {
        var samples = new Samples(values);
        Line(label, "p50 {0:0} ms, p99 {1:0} ms, longest {2:0} ms  (target: p99 at most 200)", samples.At(50), samples.At(99), samples.At(100));
    }
}
