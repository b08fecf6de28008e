using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.LiderSimulator;
using Ahenk.LiderSimulator.People;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Two users who come and go, each in an order of their own, and what must be true of it afterwards.</summary>
internal sealed partial class ComingAndGoing : IAsyncDisposable
{
    private static readonly string[] Users = ["ayse", "mehmet"];
    private static readonly string[] Plugins = ["journal", "journal-2"];
    private readonly Site _site;
    private readonly Household _house;
    private readonly int _seed;
    private int _kills;

    private ComingAndGoing(Site site, int seed)
    {
        _site = site;
        _seed = seed;
        _house = new Household(site);
    }

    private static CancellationToken Cancelled => Installation.Cancelled;

    /// <summary>An installation with two policies for each user, and a Lider that answers in time, late and not at all.</summary>
    public static async Task<ComingAndGoing> BeginAsync(int seed)
    {
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var site = await Installation.OnlineAsync(agent: agent =>
        {
            agent.Set("SESSION", "get_policy_timeout", "1");
            BuiltAgent.CopyPlugin("journal", Plugins[1], Directory.CreateDirectory(Path.Combine(agent.Plugins, Plugins[1])).FullName);
        });
        var people = site.Lider.People;
        for (var index = 0; index < Plugins.Length; index++)
        {
            people.Policies.Define(9 + index, new PolicyProfile(Plugins[index], new JsonObject { ["text"] = Plugins[index] }));
            foreach (var user in Users)
            {
                people.Policies.Assign(9 + index, user);
            }
        }

        people.PolicyGate.Use(AnswerTiming.InTime, AnswerTiming.InTime, AnswerTiming.After(TimeSpan.FromMilliseconds(1500)), AnswerTiming.Silent);
        return new ComingAndGoing(site, seed);
    }

    /// <summary>Lets each user come and go so many times. Sometimes the next event follows at once, sometimes when the last one has reached Lider.</summary>
    /// <param name="times">How often each user logs in.</param>
    /// <param name="kills">How many times the daemon is killed meanwhile.</param>
    /// <param name="round">Which call of this it is, for chance.</param>
    public async Task RunAsync(int times, int kills, int round = 0)
    {
        var chance = new Random(unchecked(_seed + (round * 1000)));
        var events = 2 * times * Users.Length;
        var killAt = Enumerable.Range(0, kills).Select(_ => chance.Next(events)).Order().ToArray();
        var told = new Signals(events);
        var killing = Task.Run(
            async () =>
            {
                foreach (var at in killAt)
                {
                    await told.WaitAsync(at).WaitAsync(Cancelled);
                    await _site.Agent.KillAsync();
                    await _site.Agent.StartAsync();
                    _kills++;
                }
            },
            Cancelled);
        var seeds = Users.Select(_ => chance.Next()).ToArray();
        await Task.WhenAll([killing, .. Users.Select((user, index) => Task.Run(() => ComeAndGoAsync(user, times, new Random(seeds[index]), told), Cancelled))]);
        await _house.WaitForEmptyAsync();
    }

    /// <summary>Checks all that must hold when nobody is in.</summary>
    /// <param name="leastLogins">How many logins Lider must at least have been told of; those that were over before their turn came are none.</param>
    public async Task CheckAsync(int leastLogins)
    {
        Assert.Empty(_site.Lider.Violations);
        Assert.Empty(await _house.UsersAsync());
        Assert.True(_house.Applied.Count == 0, Told($"left behind: {string.Join(' ', _house.Applied)}"));
        var rows = _site.Lider.People.Sessions.All;
        foreach (var user in Users)
        {
            var pairs = string.Concat(rows.Where(row => row.User == user).Select(row => row.IsLogin ? 'i' : 'o'));
            Assert.True(Pairs().IsMatch(pairs), Told($"sessions of {user}: {pairs}"));
            foreach (var plugin in Plugins)
            {
                var modes = string.Concat(_house.Journal.Where(line => line.User == user && line.Plugin == plugin).Select(line => line.What switch
                {
                    "safe" => 'S',
                    "login" => 'L',
                    "logout" => 'O',
                    _ => 'P',
                }));

                // What a kill interrupts runs again, and a profile that may be half applied is undone before.
                Assert.True((_kills == 0 ? Modes() : InterruptedModes()).IsMatch(modes), Told($"modes of {plugin} for {user}: {modes}"));
            }
        }

        Assert.True(rows.Count(row => row.IsLogin) >= leastLogins, Told($"{rows.Count(row => row.IsLogin)} logins"));
        CheckAnswers();
        TestContext.Current.SendDiagnosticMessage(
            "{0} session rows, {1} profiles applied, {2} kills, {3} retransmissions",
            rows.Count, _site.Lider.People.PolicyAnswers.All.Count, _kills, _site.Lider.People.Sessions.Retransmissions + _site.Lider.People.PolicyAnswers.Retransmissions);
    }

    /// <summary>After all that, a login is as any other.</summary>
    public async Task CheckOneMoreAsync()
    {
        var people = _site.Lider.People;
        people.PolicyGate.Use(AnswerTiming.InTime);
        foreach (var user in Users)
        {
            var before = people.PolicyAnswers.All.Count;
            await _house.AnnouncedLoginAsync(user);
            await people.PolicyAnswers.WaitAsync(_ => true, before + Plugins.Length, Household.Patience, Cancelled);
            Assert.Equal(Plugins.Select(plugin => $"{plugin}-{user}").Order(), _house.Applied);
            await _house.AnnouncedLogoutAsync(user);
            await _house.WaitForEmptyAsync();
            Assert.Empty(_house.Applied);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _site.DisposeAsync();

    /// <summary>Each application of a profile is answered, and exactly once; one that a kill interrupted may go without.</summary>
    private void CheckAnswers()
    {
        var runs = _house.Journal.Where(line => line.What == "policy").Select(line => line.Text).ToList();
        var answers = _site.Lider.People.PolicyAnswers.All;
        Assert.All(answers, answer => Assert.True(answer.Code == "POLICY_PROCESSED" || _kills > 0, Told($"{answer.Code}: {answer.Message}")));
        var done = answers.Where(answer => answer.Code == "POLICY_PROCESSED").Select(answer => answer.Message!).ToList();
        Assert.True(done.Count == done.Distinct().Count(), Told("a profile is reported twice"));
        Assert.True(done.Except(runs).FirstOrDefault() is null, Told("a profile is reported that was not applied"));
        var silent = runs.Except(done).ToList();
        Assert.True(silent.Count <= _kills * Plugins.Length * Users.Length, Told($"{silent.Count} of {runs.Count} applications are not reported: {string.Join(", ", silent.Take(5))}"));
    }

    private async Task ComeAndGoAsync(string user, int times, Random chance, Signals told)
    {
        for (var time = 0; time < times; time++)
        {
            await _house.LoginAsync(user);
            told.Raise();
            if (chance.Next(4) != 0)
            {
                await WaitForLastRowAsync(user, isLogin: true);
            }

            if (chance.Next(3) == 0)
            {
                await _house.WaitForUsersAsync(
                    users => users.Any(report => (string?)report!["user"] == user && (string?)report["stage"] == "in"), $"{user} in");
            }

            await _house.LogoutAsync(user);
            told.Raise();
            if (chance.Next(4) != 0)
            {
                await WaitForLastRowAsync(user, isLogin: false);
            }
        }
    }

    /// <summary>A login that was over before its turn came is not announced: so what counts is what Lider was told last.</summary>
    private async Task WaitForLastRowAsync(string user, bool isLogin) => await _site.Lider.People.Sessions.WaitForAllAsync(
        rows => (rows.LastOrDefault(row => row.User == user)?.IsLogin ?? false) == isLogin,
        $"such that {user} is {(isLogin ? "in" : "out")}",
        Household.Patience,
        Cancelled);

    private string Told(string what) => $"{what} (seed {_seed})\n{_site.Agent.Log[..Math.Min(_site.Agent.Log.Length, 4000)]}";

    [GeneratedRegex(@"\A(io)*\z")]
    private static partial Regex Pairs();

    [GeneratedRegex(@"\A(SLP*OS)*\z")]
    private static partial Regex Modes();

    [GeneratedRegex(@"\A((S+L+)+[SP]*(O+S+)+)*\z")]
    private static partial Regex InterruptedModes();

    /// <summary>Counts, and wakes who waits for a number.</summary>
    private sealed class Signals(int most)
    {
        private readonly TaskCompletionSource[] _reached =
            [.. Enumerable.Range(0, most).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

        private int _count = -1;

        public void Raise() => _reached[Interlocked.Increment(ref _count)].TrySetResult();

        public Task WaitAsync(int number) => _reached[number].Task;
    }
}
