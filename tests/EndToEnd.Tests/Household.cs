using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>
/// Users of an agent's machine. There is no logind where tests run: the agent knows of a user what the login hook says, and a user stays until logout.
/// </summary>
internal sealed class Household(Site site)
{
    /// <summary>How long the agent may take for anything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => Installation.Cancelled;

    /// <summary>What the plugin <c>journal</c> and its copies have noted.</summary>
    public IReadOnlyList<JournalLine> Journal =>
        Directory.Exists(JournalFolder) ? [.. Directory.GetFiles(JournalFolder).SelectMany(File.ReadAllLines).Select(JournalLine.Parse).OrderBy(line => line.At)] : [];

    /// <summary>What is applied: plugin and user of each profile.</summary>
    public IReadOnlyList<string> Applied => Directory.Exists(AppliedFolder) ? [.. Directory.GetFiles(AppliedFolder).Select(file => Path.GetFileName(file)).Order()] : [];

    private string JournalFolder => Path.Combine(site.Agent.Directory, "journal");

    private string AppliedFolder => Path.Combine(site.Agent.Directory, "applied");

    /// <summary>What lies in the file of an applied profile; <see langword="null"/>: it is not applied.</summary>
    public string? AppliedText(string name) => File.Exists(Path.Combine(AppliedFolder, name)) ? File.ReadAllText(Path.Combine(AppliedFolder, name)) : null;

    /// <summary>What the login hook does.</summary>
    public Task LoginAsync(string user) => TellAsync("login", user, "gnome", ":0");

    /// <summary>What the login hook does at a logout.</summary>
    public Task LogoutAsync(string user) => TellAsync("logout", user);

    /// <summary>Logs a user in and waits until Lider knows.</summary>
    public async Task AnnouncedLoginAsync(string user)
    {
        var before = Rows(user, isLogin: true);
        await LoginAsync(user);
        await WaitForRowsAsync(user, isLogin: true, before + 1);
    }

    /// <summary>Logs a user out and waits until Lider knows.</summary>
    public async Task AnnouncedLogoutAsync(string user)
    {
        var before = Rows(user, isLogin: false);
        await LogoutAsync(user);
        await WaitForRowsAsync(user, isLogin: false, before + 1);
    }

    /// <summary>How many LOGIN, or LOGOUT, of a user Lider has stored.</summary>
    public int Rows(string user, bool isLogin) => site.Lider.People.Sessions.Where(row => row.User == user && row.IsLogin == isLogin).Count;

    /// <summary>Waits until Lider has stored so many LOGIN, or LOGOUT, of a user.</summary>
    public Task WaitForRowsAsync(string user, bool isLogin, int count) =>
        site.Lider.People.Sessions.WaitAsync(row => row.User == user && row.IsLogin == isLogin, count, Patience, Cancelled);

    /// <summary>Waits until so many profiles of an execution are reported.</summary>
    public async Task<IReadOnlyList<PolicyAnswer>> WaitForAnswersAsync(AssignedPolicy policy, int count) =>
        await site.Lider.People.PolicyAnswers.WaitAsync(answer => answer.ExecutionId == policy.ExecutionId, count, Patience, Cancelled);

    /// <summary>What <c>ahenk users --json</c> says.</summary>
    public Task<JsonArray> UsersAsync() => ListAsync("users");

    /// <summary>What <c>ahenk policies --plan USER --json</c> says: the machine's part and the user's.</summary>
    public Task<JsonArray> PlanAsync(string user) => ListAsync("policies", "--plan", user);

    /// <summary>Waits until nobody is logged in and Lider has all that was to be said.</summary>
    public async Task WaitForEmptyAsync()
    {
        await WaitForUsersAsync(users => users.Count == 0, "nobody logged in");
        await site.Agent.WaitForStatusAsync(
            status => (int?)status["outbox_pending"] + (int?)status["outbox_unconfirmed"] == 0, "all said and confirmed", Patience, Cancelled);
    }

    /// <summary>Waits until the users are as wished; the daemon may be away meanwhile.</summary>
    public async Task WaitForUsersAsync(Func<JsonArray, bool> condition, string what)
    {
        JsonArray? last = null;
        await WaitAsync(
            async () =>
            {
                try
                {
                    return condition(last = (await site.Agent.CallAsync("users", cancellationToken: Cancelled))["result"]!.AsArray());
                }
                catch (Exception absent) when (absent is SocketException or IOException)
                {
                    return false;
                }
            },
            what,
            () => last?.ToJsonString());
    }

    /// <summary>Waits until the journal, or what is applied, is as wished.</summary>
    public Task WaitForJournalAsync(Func<IReadOnlyList<JournalLine>, bool> condition, string what) =>
        WaitAsync(() => Task.FromResult(condition(Journal)), what, () => string.Join('\n', Journal.TakeLast(20)));

    /// <summary>Waits for something that nothing tells of.</summary>
    public static async Task WaitAsync(Func<Task<bool>> condition, string what, Func<string?> last)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Patience);
        while (!await condition())
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
            catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for '{what}'; last: {last()}");
            }
        }
    }

    private async Task TellAsync(string word, params string[] arguments)
    {
        var ended = await AhenkCommand.RunAsync([BuiltAgent.Command, word, "--socket", site.Agent.ControlSocket, "--", .. arguments], "", Cancelled);

        // Whatever is wrong with the daemon is no reason to keep anybody from logging in.
        Assert.True(ended.ExitCode == 0, $"ahenk {word} ended with {ended.ExitCode}: {ended.Output}");
    }

    private async Task<JsonArray> ListAsync(params string[] arguments)
    {
        var ended = await AhenkCommand.RunAsync(site.Agent, Cancelled, [.. arguments, "--json"]);
        return ended.ExitCode == 0
            ? JsonNode.Parse(ended.Output)!.AsArray()
            : throw new InvalidOperationException($"ahenk {string.Join(' ', arguments)} ended with {ended.ExitCode}: {ended.Output}");
    }
}

/// <summary>A line of the plugin <c>journal</c>.</summary>
/// <param name="Plugin">Which of its copies.</param>
/// <param name="What"><c>safe</c>, <c>login</c>, <c>policy</c> or <c>logout</c>.</param>
/// <param name="User">Whose; a dash for the machine.</param>
/// <param name="At">When.</param>
/// <param name="Text">Of a profile: its text and the number of the run, which is also its answer.</param>
internal sealed record JournalLine(string Plugin, string What, string User, DateTimeOffset At, string Text)
{
    public static JournalLine Parse(string line)
    {
        var parts = line.Split('\t');
        return new JournalLine(parts[0], parts[1], parts[2], DateTimeOffset.Parse(parts[3], CultureInfo.InvariantCulture), parts[4]);
    }
}
