using System.Text.Json.Nodes;
using Ahenk.LiderSimulator;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Policies as Lider assigns, changes, forgets and flaps them (LP 5).</summary>
[Trait("Category", "Integration")]
public sealed class PolicyTests
{
    private const string User = "ayse";

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task Assigned_policies_stay_applied_although_the_server_says_they_are_deleted()
    {
        await using var site = await OnlineAsync();
        var house = new Household(site);
        var policies = site.Lider.People.Policies;
        AssignedPolicy[] assigned = [Assign(site, 9, "journal", "nine"), Assign(site, 12, "journal-2", "twelve"), Assign(site, 15, "journal-3", "fifteen")];

        for (var login = 1; login <= 4; login++)
        {
            await house.LoginAsync(User);
            foreach (var policy in assigned)
            {
                await house.WaitForAnswersAsync(policy, login);
            }

            Assert.Equal(["journal-2-ayse", "journal-3-ayse", "journal-ayse"], house.Applied);
            await house.AnnouncedLogoutAsync(User);
        }

        policies.Unassign(12, User);
        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(assigned[0], 5);
        await house.WaitForAnswersAsync(assigned[2], 5);

        Assert.Equal(["journal-3-ayse", "journal-ayse"], house.Applied);
        Assert.Equal(4, (await house.WaitForAnswersAsync(assigned[1], 4)).Count);
        AssertEachRunIsAnsweredOnce(site, house);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task When_Lider_is_silent_the_stored_policies_are_applied()
    {
        await using var site = await OnlineAsync();
        var house = new Household(site);
        var policy = Assign(site, 9, "journal", "stored");
        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(policy, 1);
        await house.AnnouncedLogoutAsync(User);
        site.Lider.People.PolicyGate.Use(AnswerTiming.Silent);

        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(policy, 2);

        Assert.Equal("stored", house.AppliedText("journal-ayse"));
        AssertEachRunIsAnsweredOnce(site, house);
    }

    [Fact]
    public async Task A_late_answer_changes_only_what_has_changed()
    {
        await using var site = await OnlineAsync();
        var house = new Household(site);
        var nine = Assign(site, 9, "journal", "nine");
        var twelve = Assign(site, 12, "journal-2", "twelve");
        var fifteen = Assign(site, 15, "journal-3", "fifteen");
        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(fifteen, 1);
        await house.AnnouncedLogoutAsync(User);
        site.Lider.People.PolicyGate.Use(AnswerTiming.Held);

        await house.LoginAsync(User);
        foreach (var policy in (AssignedPolicy[])[nine, twelve, fifteen])
        {
            await house.WaitForAnswersAsync(policy, 2);
        }

        site.Lider.People.Policies.Define(12, new PolicyProfile("journal-2", new JsonObject { ["text"] = "changed" }));
        site.Lider.People.Policies.Unassign(15, User);
        var added = Assign(site, 20, "journal-4", "new");
        site.Lider.People.PolicyGate.Release();
        await house.WaitForAnswersAsync(added, 1);
        var answers = await house.WaitForAnswersAsync(twelve, 3);
        await Household.WaitAsync(() => Task.FromResult(house.Applied.Count == 3), "the unassigned policy undone", () => string.Join(' ', house.Applied));

        Assert.Equal(["12-1", "12-1", "12-2"], answers.Select(answer => answer.Version));
        Assert.Equal(("nine", "changed", "new"), (house.AppliedText("journal-ayse"), house.AppliedText("journal-2-ayse"), house.AppliedText("journal-4-ayse")));
        Assert.Equal(2, house.Journal.Count(line => line is { Plugin: "journal", What: "policy" }));
        AssertEachRunIsAnsweredOnce(site, house);
    }

    [Fact]
    public async Task An_expired_policy_is_not_applied()
    {
        await using var site = await OnlineAsync();
        var house = new Household(site);
        site.Lider.People.Policies.Define(9, new PolicyProfile("journal", new JsonObject { ["text"] = "old" }));
        site.Lider.People.Policies.Assign(9, User, expires: DateTimeOffset.UtcNow.AddMinutes(-1));
        var good = Assign(site, 12, "journal-2", "good");

        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(good, 1);

        Assert.Equal(["journal-2-ayse"], house.Applied);
        Assert.DoesNotContain(house.Journal, line => line.Text.StartsWith("old", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_profile_of_a_policy_is_reported_once_also_one_that_fails()
    {
        await using var site = await OnlineAsync();
        var house = new Household(site);
        site.Lider.People.Policies.Define(
            9,
            new PolicyProfile("journal", new JsonObject { ["text"] = "good" }),
            new PolicyProfile("journal-2", new JsonObject { ["fail"] = "told to fail" }),
            new PolicyProfile("journal-3", new JsonObject { ["text"] = "good" }));
        var policy = site.Lider.People.Policies.Assign(9, User);

        await house.LoginAsync(User);
        var answers = await house.WaitForAnswersAsync(policy, 3);
        await house.AnnouncedLogoutAsync(User);
        await house.WaitForEmptyAsync();

        Assert.Equal(["POLICY_ERROR", "POLICY_PROCESSED", "POLICY_PROCESSED"], answers.Select(answer => answer.Code).Order());
        Assert.Contains(answers, answer => answer.Message == "told to fail");
        Assert.Equal(3, site.Lider.People.PolicyAnswers.All.Count);
        Assert.Empty(house.Applied);
    }

    [Fact]
    public async Task A_missing_plugin_is_reported_after_its_time_and_its_profile_applied_when_it_comes()
    {
        await using var site = await OnlineAsync(agent => agent.Set("PLUGIN", "install_timeout", "2"));
        var house = new Household(site);
        var policy = Assign(site, 9, "late", "patient");
        await house.LoginAsync(User);

        var error = Assert.Single(await house.WaitForAnswersAsync(policy, 1));
        Assert.Equal("POLICY_ERROR", error.Code);
        Assert.Contains("late", error.Message, StringComparison.Ordinal);

        BuiltAgent.CopyPlugin("journal", "late", Directory.CreateDirectory(Path.Combine(site.Agent.Plugins, "late")).FullName);
        var answers = await house.WaitForAnswersAsync(policy, 2);

        Assert.Equal("POLICY_PROCESSED", answers[1].Code);
        Assert.Equal("patient", house.AppliedText("late-ayse"));
        await house.AnnouncedLogoutAsync(User);
        await house.WaitForEmptyAsync();
        Assert.Empty(house.Applied);
        AssertEachRunIsAnsweredOnce(site, house);
    }

    [Fact]
    public async Task The_plan_says_what_would_run_and_why()
    {
        await using var site = await OnlineAsync();
        var house = new Household(site);
        var policy = Assign(site, 9, "journal", "text");
        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(policy, 1);

        var plan = (await house.PlanAsync(User)).Single(part => (string?)part!["user"] == User)!;

        var step = Assert.Single(plan["plan"]!.AsArray())!;
        Assert.Equal(("journal", "user"), ((string?)step["plugin"], (string?)step["scope"]));
        Assert.False(string.IsNullOrEmpty((string?)step["reason"]));
        var shown = Assert.Single(plan["policies"]!.AsArray())!;
        Assert.Equal((9, "9-1"), ((long)shown["id"]!, (string?)shown["version"]));
    }

    [Fact]
    public async Task The_old_servers_machine_policy_stands_when_it_must_not_be_overridden()
    {
        await using var site = await OnlineAsync(configure: options => options with { Edition = LiderEdition.Old });
        var house = new Household(site);
        var policies = site.Lider.People.Policies;
        policies.Define(9, new PolicyProfile("journal", new JsonObject { ["text"] = "user" }), new PolicyProfile("journal-2", new JsonObject { ["text"] = "user" }));
        policies.Define(
            15,
            new PolicyProfile("journal", new JsonObject { ["text"] = "machine" }) { IsOverridable = false },
            new PolicyProfile("journal-2", new JsonObject { ["text"] = "machine" }) { IsOverridable = true },
            new PolicyProfile("journal-3", new JsonObject { ["text"] = "machine" }));
        policies.Assign(9, User);
        policies.AssignToMachine(15, site.AgentName);

        await house.LoginAsync(User);
        await Household.WaitAsync(
            () => Task.FromResult(house.Applied.SequenceEqual(["journal-2-ayse", "journal-3-machine", "journal-machine"])),
            "the machine's and the user's profiles each where they belong",
            () => string.Join(' ', house.Applied));

        await house.AnnouncedLogoutAsync(User);
        await house.WaitForEmptyAsync();
        Assert.DoesNotContain("journal-2-ayse", house.Applied);
        Assert.Empty(site.Lider.Violations);
    }

    private static async Task<Site> OnlineAsync(Action<AgentProcess>? agent = null, Func<LiderServerOptions, LiderServerOptions>? configure = null) =>
        await Installation.OnlineAsync(configure: configure, agent: process =>
        {
            process.Set("SESSION", "get_policy_timeout", "1");
            for (var copy = 2; copy <= 4; copy++)
            {
                BuiltAgent.CopyPlugin("journal", $"journal-{copy}", Directory.CreateDirectory(Path.Combine(process.Plugins, $"journal-{copy}")).FullName);
            }

            agent?.Invoke(process);
        });

    private static AssignedPolicy Assign(Site site, long id, string plugin, string text)
    {
        site.Lider.People.Policies.Define(id, new PolicyProfile(plugin, new JsonObject { ["text"] = text }));
        return site.Lider.People.Policies.Assign(id, User);
    }

    private static void AssertEachRunIsAnsweredOnce(Site site, Household house) => Assert.Equal(
        house.Journal.Where(line => line.What == "policy").Select(line => line.Text).Order(),
        site.Lider.People.PolicyAnswers.Where(answer => answer.Code == "POLICY_PROCESSED").Select(answer => answer.Message).Order());
}
