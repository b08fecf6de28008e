using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.FileServers;
using Ahenk.LiderSimulator.People;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>The user agreement (LP 7), without a screen: what is asked on one is tested where dialogs are.</summary>
[Trait("Category", "Integration")]
public sealed class AgreementTests
{
    // One whom every machine has: only users whom the machine knows can answer.
    private const string User = "nobody";

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task The_text_is_fetched_from_where_Lider_says()
    {
        await using var http = await HttpTestServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(http.Root, "agreement"), "Be kind.", Cancelled);
        await using var site = await OnlineAsync(http, "allow");

        await site.Lider.People.AgreementRequests.WaitAsync(request => request.Agent == site.AgentName, 1, Household.Patience, Cancelled);

        await Household.WaitAsync(
            () => Task.FromResult(http.Requests.Any(request => request.StartsWith("GET /agreement", StringComparison.Ordinal))),
            "the text fetched",
            () => string.Join('\n', http.Requests));
    }

    [Fact]
    public async Task A_user_answers_on_the_command_line_and_is_asked_again_only_when_the_text_is_another()
    {
        await using var http = await HttpTestServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(http.Root, "agreement"), "Be kind.", Cancelled);
        await using var site = await OnlineAsync(http, "end");
        var house = new Household(site);
        var policy = Assign(site);
        await WaitForTextAsync(site, "Be kind.");

        await house.LoginAsync(User);
        await WaitForStageAsync(house, "agreement");
        Assert.Empty(site.Lider.People.Sessions.All);
        await AnswerAsync(site, "accept");
        await house.WaitForAnswersAsync(policy, 1);
        await house.AnnouncedLogoutAsync(User);
        await house.AnnouncedLoginAsync(User);
        await house.AnnouncedLogoutAsync(User);
        await house.WaitForEmptyAsync();
        Assert.Equal(new AgreementAnswer(site.AgentName, User, Md5("Be kind."), IsAccepted: true), Assert.Single(site.Lider.People.AgreementAnswers.All));

        await File.WriteAllTextAsync(Path.Combine(http.Root, "agreement"), "Be very kind.", Cancelled);
        await site.Agent.StopAsync();
        await site.Agent.StartAsync();
        await WaitForTextAsync(site, "Be very kind.");
        await house.LoginAsync(User);
        await WaitForStageAsync(house, "agreement");
        await AnswerAsync(site, "refuse");
        await WaitForStageAsync(house, "refused");
        await site.Lider.People.AgreementAnswers.WaitAsync(answer => answer.Md5 == Md5("Be very kind.") && !answer.IsAccepted, 1, Household.Patience, Cancelled);

        Assert.Equal(2, house.Rows(User, isLogin: true));
        Assert.Empty(house.Applied);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_user_who_cannot_be_asked_may_work_by_default_and_no_answer_is_made_up()
    {
        await using var http = await HttpTestServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(http.Root, "agreement"), "Be kind.", Cancelled);
        await using var site = await OnlineAsync(http, "allow");
        var house = new Household(site);
        var policy = Assign(site);

        await house.LoginAsync(User);
        await house.WaitForAnswersAsync(policy, 1);

        Assert.Equal(1, house.Rows(User, isLogin: true));
        Assert.Empty(site.Lider.People.AgreementAnswers.All);
        await house.AnnouncedLogoutAsync(User);
        await house.WaitForEmptyAsync();
        Assert.Empty(house.Applied);
    }

    [Fact]
    public async Task A_user_who_cannot_be_asked_is_not_let_in_where_the_configuration_says_so()
    {
        await using var http = await HttpTestServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(http.Root, "agreement"), "Be kind.", Cancelled);
        await using var site = await OnlineAsync(http, "end");
        var house = new Household(site);
        Assign(site);

        await house.LoginAsync(User);
        await WaitForStageAsync(house, "refused");

        Assert.Empty(site.Lider.People.Sessions.All);
        Assert.Empty(site.Lider.People.PolicyRequests.All);
        Assert.Empty(house.Journal);
        await house.LogoutAsync(User);
        await house.WaitForEmptyAsync();
        Assert.Empty(site.Lider.People.Sessions.All);
    }

    [Fact]
    public async Task Without_a_text_from_Lider_and_without_need_nobody_is_asked()
    {
        await using var site = await Installation.OnlineAsync(agent: agent => agent.Set("MACHINE", "agreement_without_ui", "end"));
        var house = new Household(site);

        await house.AnnouncedLoginAsync(User);

        await Household.WaitAsync(
            () => Task.FromResult(site.Lider.Ignored.Any(message => message.Type == "REQUEST_AGREEMENT")),
            "Lider asked for the text",
            () => string.Join(' ', site.Lider.Ignored.Select(message => message.Type)));
        Assert.Empty(site.Lider.Violations);
    }

    private static Task WaitForStageAsync(Household house, string stage) =>
        house.WaitForUsersAsync(users => users.Any(user => (string?)user!["user"] == User && (string?)user["stage"] == stage), $"{User} at {stage}");

    private static async Task WaitForTextAsync(Site site, string text)
    {
        AhenkCommand.Ended? last = null;
        await Household.WaitAsync(
            async () => (last = await AhenkCommand.RunAsync(site.Agent, Cancelled, "agreement", "show", "--user", User)).Output.Contains(text, StringComparison.Ordinal),
            $"the text '{text}'",
            () => last?.Output);
    }

    private static async Task AnswerAsync(Site site, string word)
    {
        var ended = await AhenkCommand.RunAsync(site.Agent, Cancelled, "agreement", word, "--user", User);
        Assert.True(ended.ExitCode == 0, ended.Output);
    }

    private static string Md5(string text) => Convert.ToHexStringLower(
#pragma warning disable CA5351 // What Lider calls a text by; no secret hangs on it.
        MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    private static Task<Site> OnlineAsync(HttpTestServer http, string withoutUi) => Installation.OnlineAsync(
        configure: options => options with { Agreement = Place(http) },
        agent: agent => agent.Set("MACHINE", "agreement", "1").Set("MACHINE", "agreement_without_ui", withoutUi));

    private static JsonObject Place(HttpTestServer http) =>
        new() { ["protocol"] = "HTTP", ["parameterMap"] = new JsonObject { ["url"] = $"{http.Address}/agreement" } };

    private static AssignedPolicy Assign(Site site)
    {
        site.Lider.People.Policies.Define(9, new PolicyProfile("journal", new JsonObject { ["text"] = "after the agreement" }));
        return site.Lider.People.Policies.Assign(9, User);
    }
}
