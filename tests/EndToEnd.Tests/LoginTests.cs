using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>A user comes and goes (LP 3.5, PL 0.4).</summary>
[Trait("Category", "Integration")]
public sealed class LoginTests
{
    private const string Polkit = "/etc/polkit-1";

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task A_login_is_announced_its_modes_run_and_its_policies_are_applied_and_all_is_undone_at_logout()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        var policy = Assign(site, 12, "ayse", new PolicyProfile("journal", new JsonObject { ["text"] = "first" }));

        await house.LoginAsync("ayse");
        var answer = Assert.Single(await house.WaitForAnswersAsync(policy, 1));

        Assert.Equal(("POLICY_PROCESSED", "12-1", site.AgentName), (answer.Code, answer.Version, answer.Agent));
        Assert.Equal(["safe", "login", "policy"], house.Journal.Select(line => line.What));
        Assert.All(house.Journal, line => Assert.Equal("ayse", line.User));
        Assert.Equal("first", house.AppliedText("journal-ayse"));
        Assert.Equal(["LOGIN ayse"], site.Lider.People.Sessions.All.Select(row => row.ToString()));
        var user = Assert.Single(await house.UsersAsync())!;
        Assert.Equal(("ayse", "in", false), ((string?)user["user"], (string?)user["stage"], (bool?)user["administrator"]));

        await house.AnnouncedLogoutAsync("ayse");
        await house.WaitForEmptyAsync();

        Assert.Equal(["safe", "login", "policy", "logout", "safe"], house.Journal.Select(line => line.What));
        Assert.Empty(house.Applied);
        Assert.Single(site.Lider.People.PolicyAnswers.All);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_login_tells_how_the_machine_is_in_the_servers_own_types()
    {
        await using var site = await Installation.OnlineAsync();
        await new Household(site).AnnouncedLoginAsync("ayse");

        var login = JsonNode.Parse(Assert.Single(site.Lider.People.Sessions.All).Body)!;

        Assert.All(
            (string[])["username", "hostname", "ipAddresses", "osVersion", "agentVersion", "hardwareDiskSsdInfo", "hardwareDiskHddInfo"],
            name => Assert.Equal(System.Text.Json.JsonValueKind.String, login[name]?.GetValueKind()));
        Assert.All((string[])["diskTotal", "diskUsed", "diskFree", "memory"], name => Assert.True(login[name]!.GetValue<int>() >= 0));
        Assert.True((int)login["memory"]! > 0);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task The_domain_is_not_part_of_the_name_and_login_screens_and_impossible_names_are_nobody()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        foreach (var nobody in (string[])["gdm", "lightdm", "sddm", "a/b", ".."])
        {
            await house.LoginAsync(nobody);
        }

        await house.LoginAsync("EXAMPLE\\ayse");
        await house.WaitForRowsAsync("ayse", isLogin: true, 1);
        await house.LogoutAsync("gdm");
        await house.LogoutAsync("EXAMPLE\\ayse");
        await house.WaitForRowsAsync("ayse", isLogin: false, 1);
        await house.WaitForEmptyAsync();

        Assert.Equal(["LOGIN ayse", "LOGOUT ayse"], site.Lider.People.Sessions.All.Select(row => row.ToString()));
    }

    [Fact]
    public async Task The_same_user_twice_is_one_login()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        await house.AnnouncedLoginAsync("ayse");
        await house.LoginAsync("ayse");
        await house.AnnouncedLoginAsync("mehmet");
        await house.AnnouncedLogoutAsync("mehmet");

        Assert.Equal(["LOGIN ayse", "LOGIN mehmet", "LOGOUT mehmet"], site.Lider.People.Sessions.All.Select(row => row.ToString()));
        Assert.Equal("ayse", (string?)Assert.Single(await house.UsersAsync())!["user"]);
    }

    [Fact]
    public async Task A_login_without_a_daemon_is_kept_and_announced_when_it_starts()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        await site.Agent.KillAsync();

        await house.LoginAsync("ayse");
        Assert.StartsWith("login\tayse\t", Assert.Single(await File.ReadAllLinesAsync(site.Agent.LoginSpool, Cancelled)), StringComparison.Ordinal);
        await site.Agent.StartAsync();

        await house.WaitForRowsAsync("ayse", isLogin: true, 1);
        await house.AnnouncedLogoutAsync("ayse");
        await house.WaitForEmptyAsync();
        Assert.Equal(["LOGIN ayse", "LOGOUT ayse"], site.Lider.People.Sessions.All.Select(row => row.ToString()));
        Assert.False(File.Exists(site.Agent.LoginSpool) && new FileInfo(site.Agent.LoginSpool).Length > 0);
    }

    [Fact]
    public async Task A_login_that_meets_a_frozen_daemon_is_kept_and_announced_once()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        site.Agent.Freeze();

        await house.LoginAsync("ayse");
        Assert.StartsWith("login\tayse\t", Assert.Single(await File.ReadAllLinesAsync(site.Agent.LoginSpool, Cancelled)), StringComparison.Ordinal);
        site.Agent.Thaw();
        await site.Agent.KillAsync();
        await site.Agent.StartAsync();

        await house.WaitForRowsAsync("ayse", isLogin: true, 1);
        await house.AnnouncedLogoutAsync("ayse");
        Assert.Equal(["LOGIN ayse", "LOGOUT ayse"], site.Lider.People.Sessions.All.Select(row => row.ToString()));
    }

    [Fact]
    public async Task Many_events_that_meet_a_frozen_daemon_are_taken_in_order_when_it_goes_on()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        site.Agent.Freeze();
        for (var round = 0; round < 10; round++)
        {
            await house.LoginAsync("ayse");
            await house.LogoutAsync("ayse");
            await house.LogoutAsync("mehmet");
            await house.LoginAsync("mehmet");
        }

        site.Agent.Thaw();

        await house.AnnouncedLoginAsync("zeynep");
        await house.WaitForRowsAsync("mehmet", isLogin: true, 1);
        await house.WaitForUsersAsync(
            users => users.Select(user => (string)user!["user"]!).Order(StringComparer.Ordinal).SequenceEqual(["mehmet", "zeynep"]), "mehmet and zeynep");
        Assert.DoesNotContain("ayse", site.Lider.People.Sessions.All.Select(row => row.User));
    }

    [Fact]
    public async Task A_login_and_a_logout_without_a_daemon_leave_nothing()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        await house.AnnouncedLoginAsync("mehmet");
        await site.Agent.KillAsync();

        await house.LoginAsync("ayse");
        await house.LogoutAsync("mehmet");
        await house.LogoutAsync("ayse");
        await site.Agent.StartAsync();

        await house.WaitForRowsAsync("mehmet", isLogin: false, 1);
        await house.WaitForEmptyAsync();
        Assert.Empty(house.Applied);
        var ayse = site.Lider.People.Sessions.Where(row => row.User == "ayse");
        Assert.Equal(ayse.Count(row => row.IsLogin), ayse.Count(row => !row.IsLogin));
    }

    [Fact]
    public async Task A_user_who_is_in_stays_in_when_the_daemon_is_killed_and_is_not_announced_again()
    {
        await using var site = await Installation.OnlineAsync();
        var house = new Household(site);
        var policy = Assign(site, 12, "ayse", new PolicyProfile("journal", new JsonObject { ["text"] = "first" }));
        await house.LoginAsync("ayse");
        await house.WaitForAnswersAsync(policy, 1);

        await site.Agent.KillAsync();
        await site.Agent.StartAsync();
        await site.Lider.People.PolicyRequests.WaitAsync(request => request.User == "ayse", 2, Household.Patience, Cancelled);

        Assert.Equal("first", house.AppliedText("journal-ayse"));
        await house.AnnouncedLogoutAsync("ayse");
        await house.WaitForEmptyAsync();
        Assert.Equal(["LOGIN ayse", "LOGOUT ayse"], site.Lider.People.Sessions.All.Select(row => row.ToString()));
        Assert.Single(house.Journal, line => line.What == "login");
        Assert.Empty(house.Applied);
    }

    [Fact]
    public async Task A_user_with_a_sudo_role_may_administer_the_machine_until_logout()
    {
        // One whom every machine has: polkit is told of no others.
        const string User = "nobody";
        Assert.SkipUnless(Directory.Exists(Polkit) && Environment.IsPrivilegedProcess, "the daemon's own view of polkit's rules needs root and the directory");
        await using var site = await Installation.OnlineAsync(
            configure: options => options with { SudoUsers = new HashSet<string> { User } }, agent: agent => agent.HideDirectory(Polkit, "rules.d"));
        var house = new Household(site);
        await house.LoginAsync("mehmet");
        await house.LoginAsync(User);
        await WaitForRulesAsync(site, rules => rules?.Contains("unix-user:nobody", StringComparison.Ordinal) == true);
        await house.WaitForUsersAsync(users => users.Count == 2 && Administrators(users).SequenceEqual([User]), "an administrator");

        // The rules are gone with the namespace; the daemon makes them anew.
        await site.Agent.KillAsync();
        await site.Agent.StartAsync();
        await WaitForRulesAsync(site, rules => rules?.Contains("unix-user:nobody", StringComparison.Ordinal) == true);
        await house.AnnouncedLogoutAsync(User);
        await WaitForRulesAsync(site, rules => rules is null);
        await house.WaitForUsersAsync(users => users.Count == 1 && !Administrators(users).Any(), "no administrator");

        await house.LoginAsync(User);
        await WaitForRulesAsync(site, rules => rules?.Contains("unix-user:nobody", StringComparison.Ordinal) == true && !rules.Contains("mehmet", StringComparison.Ordinal));
    }

    private static Task WaitForRulesAsync(Site site, Func<string?, bool> condition)
    {
        string? last = null;
        return Household.WaitAsync(
            () =>
            {
                var file = site.Agent.OwnFile($"{Polkit}/rules.d/39-ahenk.rules");
                last = File.Exists(file) ? File.ReadAllText(file) : null;
                return Task.FromResult(condition(last));
            },
            "polkit's rules",
            () => last);
    }

    private static IEnumerable<string> Administrators(JsonArray users) =>
        users.Where(user => (bool)user!["administrator"]!).Select(user => (string)user!["user"]!);

    private static AssignedPolicy Assign(Site site, long id, string user, params PolicyProfile[] profiles)
    {
        site.Lider.People.Policies.Define(id, profiles);
        return site.Lider.People.Policies.Assign(id, user);
    }
}
