using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class PeopleDeskTests
{
    private const string Agent = "pc-01";
    private const string Md5 = "9e107d9d372bb6826bd81d3542a419d6";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly JsonObject Place = new() { ["protocol"] = "HTTP", ["parameterMap"] = new JsonObject { ["url"] = "http://files/agreement" } };
    private readonly FakeTimeProvider _time = new();
    private readonly AgentDirectory _agents;
    private LiderServerOptions _options;
    private int _stanza;

    public PeopleDeskTests()
    {
        _agents = new AgentDirectory(_time);
        _agents.Update(Agent, agent => agent with { IsRegistered = true });
        _options = new LiderServerOptions { TimeProvider = _time, SudoUsers = new HashSet<string> { "ayse" } };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logins_and_logouts_are_rows_in_order_each_stanza_once()
    {
        var desk = Desk();
        Session(desk, Login("mehmet"), "a");
        Session(desk, Login("mehmet"), "a");
        Session(desk, """{"type":"LOGOUT","username":"mehmet"}""", "b");
        var rows = await desk.Sessions.WaitAsync(row => row.User == "mehmet", 2, Patience, Token);

        Assert.Equal(["LOGIN mehmet", "LOGOUT mehmet"], rows.Select(row => row.ToString()));
        Assert.Equal(1, desk.Sessions.Retransmissions);
    }

    [Theory]
    [InlineData("hardware.disk.ssd.info", "hardwareDiskSsdInfo")]
    [InlineData("hardware.disk.hdd.info", "hardwareDiskHddInfo")]
    public void A_login_without_what_was_registered_fails_and_has_no_row(string property, string field)
    {
        var desk = Desk();
        _agents.Update(Agent, agent => agent with { Properties = new HashSet<string> { property } });

        var outcome = Session(desk, Login("ayse"));

        Assert.Contains(field, outcome.Fault!.Reason, StringComparison.Ordinal);
        Assert.True(outcome.Fault.IsDropped);
        Assert.Null(outcome.Reply);
        Assert.Empty(desk.Sessions.All);
        Session(desk, Login("ayse", $",\"{field}\":\"[]\""));
        Assert.Single(desk.Sessions.All);
    }

    [Fact]
    public void A_login_fails_when_a_registered_number_is_none()
    {
        var desk = Desk();
        _agents.Update(Agent, agent => agent with { UnreadableProperties = new HashSet<string> { "hardware.disk.used" } });

        Assert.Contains("hardware.disk.used", Session(desk, Login("ayse")).Fault!.Reason, StringComparison.Ordinal);
        Assert.Empty(desk.Sessions.All);
    }

    [Fact]
    public void A_login_of_nobody_is_an_inventory_and_no_row()
    {
        var desk = Desk();

        var outcome = Session(desk, """{"type":"LOGIN","username":null,"hostname":"h","ipAddresses":"10.0.1.7","agentVersion":"3.0.0"}""");

        Assert.Equal(PeopleDesk.Outcome.Nothing, outcome);
        Assert.Empty(desk.Sessions.All);
    }

    [Theory]
    [InlineData(LiderEdition.Current, false)]
    [InlineData(LiderEdition.Old, true)]
    public async Task A_sudo_user_is_answered_at_login_and_by_the_old_server_at_logout_too(LiderEdition edition, bool isLogoutAnswered)
    {
        _options = _options with { Edition = edition };
        var desk = Desk();

        var login = JsonNode.Parse((await Session(desk, Login("ayse")).Reply!(Token))!)!;
        var logout = Session(desk, """{"type":"LOGOUT","username":"ayse"}""");

        Assert.Equal(("LOGIN_RESPONSE", "ayse"), ((string?)login["type"], (string?)login["userName"]));
        Assert.Equal(isLogoutAnswered, logout.Reply is not null);
        Assert.Null(Session(desk, Login("mehmet")).Reply);
    }

    [Fact]
    public async Task A_late_answer_says_how_things_stand_when_it_is_sent()
    {
        var desk = Desk();
        desk.Policies.Define(12, new PolicyProfile("script", []));
        desk.PolicyGate.Use(AnswerTiming.Held);
        var request = Examine("""{"type":"GET_POLICIES","username":"ayse","policyList":{"9":["9-1","01/03/2026 09:15:22"]},"userPolicyVersion":"9-1"}""");

        var reply = desk.OnGetPolicies(Agent, "a", request).Reply!(Token);
        var asked = await desk.PolicyRequests.WaitAsync(asked => asked.User == "ayse", 1, Patience, Token);
        desk.Policies.Assign(12, "ayse");
        desk.PolicyGate.Release();

        Assert.Equal(("9-1", "01/03/2026 09:15:22"), asked[0].Listed[9]);
        var list = JsonNode.Parse((await reply.WaitAsync(Patience, Token))!)!["executePolicyList"]!.AsArray();
        Assert.Equal([12, 9], list.Select(element => (long)element!["policyID"]!));
    }

    [Fact]
    public async Task A_silent_server_notes_the_request_and_says_nothing()
    {
        var desk = Desk();
        desk.PolicyGate.Use(AnswerTiming.Silent);

        Assert.Null(await desk.OnGetPolicies(Agent, "a", Examine("""{"type":"GET_POLICIES","username":"ayse"}""")).Reply!(Token));
        Assert.Single(desk.PolicyRequests.All);
    }

    [Fact]
    public async Task Statuses_are_kept_by_execution_in_order_each_stanza_once()
    {
        var desk = Desk();
        desk.Policies.Define(12, new PolicyProfile("script", []), new PolicyProfile("browser", []));
        var first = desk.Policies.Assign(12, "ayse").ExecutionId;
        var second = desk.Policies.Assign(12, "mehmet").ExecutionId;

        Assert.Null(Status(desk, first, "12-1", "POLICY_PROCESSED", "a").Fault);
        Status(desk, first, "12-1", "POLICY_PROCESSED", "a");
        Status(desk, second, "12-1", "POLICY_PROCESSED", "b");
        Status(desk, first, "12-1", "POLICY_ERROR", "c");

        var answers = await desk.PolicyAnswers.WaitAsync(answer => answer.ExecutionId == first, 2, Patience, Token);
        Assert.Equal(["POLICY_PROCESSED", "POLICY_ERROR"], answers.Select(answer => answer.Code));
        Assert.Equal(1, desk.PolicyAnswers.Retransmissions);
    }

    [Fact]
    public void A_status_of_an_unknown_execution_is_dropped_and_one_of_an_unknown_version_blamed()
    {
        var desk = Desk();
        desk.Policies.Define(12, new PolicyProfile("script", []));
        var execution = desk.Policies.Assign(12, "ayse").ExecutionId;

        Assert.True(Status(desk, 4711, "12-1", "POLICY_PROCESSED", "a").Fault!.IsDropped);
        Assert.Empty(desk.PolicyAnswers.All);
        foreach (var version in (string?[])[null, "12", "13-1", "12-2", "12-0"])
        {
            Assert.False(Status(desk, execution, version, "POLICY_PROCESSED", version ?? "null").Fault!.IsDropped);
        }

        desk.Policies.Define(12, new PolicyProfile("script", []));
        Assert.Null(Status(desk, execution, "12-2", "POLICY_PROCESSED", "new").Fault);
        desk.Policies.Unassign(12, "ayse");
        Assert.Null(Status(desk, execution, "12-1", "POLICY_PROCESSED", "late").Fault);
    }

    [Fact]
    public void Todays_server_does_not_hear_of_agreements()
    {
        Assert.Null(Desk().OnAgreement(Agent, "a", Examine("""{"type":"REQUEST_AGREEMENT"}""")));
        Assert.Null(Desk().OnAgreement(Agent, "a", Examine($$"""{"type":"AGREEMENT_STATUS","username":"ayse","md5":"{{Md5}}","accepted":true}""")));
    }

    [Fact]
    public async Task The_old_server_says_where_the_agreement_lies_and_keeps_the_answers()
    {
        _options = _options with { Agreement = Place };
        var desk = Desk();

        var reply = JsonNode.Parse((await desk.OnAgreement(Agent, "a", Examine("""{"type":"REQUEST_AGREEMENT"}"""))!.Reply!(Token))!)!;
        var status = Examine($$"""{"type":"AGREEMENT_STATUS","username":"ayse","md5":"{{Md5}}","accepted":false}""");
        Assert.Null(desk.OnAgreement(Agent, "b", status)!.Fault);
        desk.OnAgreement(Agent, "b", status);

        Assert.Equal(("RESPONSE_AGREEMENT", "HTTP", "http://files/agreement"), (
            (string?)reply["type"], (string?)reply["protocol"], (string?)reply["parameterMap"]!["url"]));
        Assert.Equal(new AgreementAnswer(Agent, "ayse", Md5, IsAccepted: false), Assert.Single(desk.AgreementAnswers.All));
    }

    [Theory]
    [InlineData("""{"type":"AGREEMENT_STATUS","md5":"9e107d9d372bb6826bd81d3542a419d6","accepted":true}""")]
    [InlineData("""{"type":"AGREEMENT_STATUS","username":"ayse","md5":"9E107D9D372BB6826BD81D3542A419D6","accepted":true}""")]
    [InlineData("""{"type":"AGREEMENT_STATUS","username":"ayse","md5":"9e107d9d372bb6826bd81d3542a419d6","accepted":"Y"}""")]
    public void An_unusable_answer_to_the_agreement_is_dropped(string body)
    {
        _options = _options with { Agreement = Place };
        var desk = Desk();

        Assert.True(desk.OnAgreement(Agent, "a", Examine(body))!.Fault!.IsDropped);
        Assert.Empty(desk.AgreementAnswers.All);
    }

    [Fact]
    public async Task A_wait_in_vain_says_what_there_is()
    {
        var desk = Desk();
        Session(desk, Login("mehmet"));
        var wait = desk.Sessions.WaitAsync(row => row.User == "ayse", 1, TimeSpan.FromSeconds(5), Token);
        _time.Advance(TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => wait);
        Assert.Contains("LOGIN mehmet", failure.Message, StringComparison.Ordinal);
    }

    private PeopleDesk Desk() => new(_options, _agents);

    private static string Login(string user, string more = "") =>
        $$"""{"type":"LOGIN","username":"{{user}}","hostname":"h","ipAddresses":"10.0.1.7","agentVersion":"3.0.0"{{more}}}""";

    private PeopleDesk.Outcome Session(PeopleDesk desk, string body, string? stanzaId = null) =>
        desk.OnSession(Agent, stanzaId ?? $"s-{++_stanza}", Examine(body), body);

    private static PeopleDesk.Outcome Status(PeopleDesk desk, long execution, string? version, string code, string stanzaId) => desk.OnPolicyStatus(Agent, stanzaId, Examine(
        JacksonJson.Write(new JsonObject { ["type"] = "POLICY_STATUS", ["policyVersion"] = version, ["commandExecutionId"] = execution, ["responseCode"] = code })));

    private static InboundMessage Examine(string body) => BodyExamination.Examine(body);
}
