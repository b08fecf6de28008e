using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator.Tests;

/// <summary>The simulator and a bare agent over a real prosody.</summary>
[Trait("Category", "Integration")]
public sealed class EndToEndTests(ProsodyServer prosody) : IClassFixture<ProsodyServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bare_agent_registers_comes_online_and_answers(bool useTls)
    {
        var user = "lider-" + (useTls ? "tls" : "plain");
        var options = prosody.Lider(user);
        await using var lider = await LiderServer.StartAsync(options with { Xmpp = options.Xmpp with { UseTls = useTls } }, Token);
        var pc = Agent($"pc-{user}", user) with { Server = prosody.Server with { UseTls = useTls } };

        var response = await BareAgent.RegisterAsync(pc, Patience, Token);
        await using var agent = await BareAgent.ConnectAsync(pc, Token);
        var record = await lider.Agents.WaitAsync(
            pc.Name, known => known is { IsOnline: true, HasAcceptedSubscription: true }, "online", Patience, Token);
        await lider.SendTaskAsync(pc.Name, 8_589_934_593, "script", "EXECUTE_SCRIPT", new JsonObject { ["SCRIPT_TYPE"] = 0 }, null, Token);
        var answer = await lider.Tasks.WaitForAnswerAsync(8_589_934_593, Patience, cancellationToken: Token);

        Assert.Equal("REGISTERED", (string?)response["status"]);
        Assert.Equal(1, record.Priority);
        Assert.Equal(["aa:bb:cc:00:11:22"], record.MacAddresses);
        Assert.Equal("TASK_PROCESSED", answer.Code);
        Assert.Empty(lider.Violations);
        Assert.Empty(lider.Ignored);
    }

    [Fact]
    public async Task Receipts_are_answered_when_asked_for_and_switched_on()
    {
        await using var lider = await LiderServer.StartAsync(prosody.Lider("lider-receipts"), Token);
        var receipt = new TaskCompletionSource<IncomingStanza>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await BareXmppConnection.ConnectAsync(prosody.Server, stanza => receipt.TrySetResult(stanza), Token);

        await session.SendMessageAsync(Address("lider-receipts"), "{}", Token, "m-1", "<request xmlns='urn:xmpp:receipts'/>");
        var stanza = await receipt.Task.WaitAsync(Patience, Token);

        Assert.Equal("normal", stanza.Type);
        Assert.Null(stanza.Body);
        Assert.Equal("m-1", (string?)stanza.Element.Element(XmppNames.Receipts + "received")!.Attribute("id"));
    }

    [Fact]
    public async Task No_receipt_is_sent_when_switched_off()
    {
        await using var lider = await LiderServer.StartAsync(prosody.Lider("lider-mute") with { AnswerReceipts = false }, Token);
        var stanzas = new List<IncomingStanza>();
        var reply = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await BareXmppConnection.ConnectAsync(
            prosody.Server,
            stanza =>
            {
                stanzas.Add(stanza);
                reply.TrySetResult();
            },
            Token);

        const string body = """{"type":"GET_POLICIES","username":"ayse"}""";
        await session.SendMessageAsync(Address("lider-mute"), body, Token, "m-1", "<request xmlns='urn:xmpp:receipts'/>");
        await reply.Task.WaitAsync(Patience, Token);

        Assert.Equal(
            """{"type":"EXECUTE_POLICY","timestamp":null,"username":"ayse","executePolicyList":[]}""", Assert.Single(stanzas).Body);
    }

    [Fact]
    public async Task A_name_taken_by_another_machine_is_refused_and_a_known_machine_gets_its_new_password()
    {
        const string user = "lider-again";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user), Token);
        var pc = Agent("pc-again", user);

        var first = await BareAgent.RegisterAsync(pc, Patience, Token);
        var stranger = await BareAgent.RegisterAsync(pc with { MacAddress = "00:00:00:00:00:01" }, Patience, Token);
        var again = await BareAgent.RegisterAsync(
            pc with { Password = "new", MacAddress = "'00:00:00:00:00:02', 'AA:bb:cc:00:11:22'" }, Patience, Token);
        await using var agent = await BareAgent.ConnectAsync(pc with { Password = "new" }, Token);

        Assert.Equal(["REGISTERED", "ALREADY_EXISTS", "REGISTERED"], new[] { first, stranger, again }.Select(response => (string?)response["status"]));
        await Assert.ThrowsAsync<BareXmppException>(() => BareAgent.ConnectAsync(pc, Token));
    }

    [Fact]
    public async Task An_old_account_keeps_its_password_until_the_second_register()
    {
        const string user = "lider-old";
        var options = prosody.Lider(user) with { Registration = new RegistrationScript { OldPasswordFirst = true } };
        await using var lider = await LiderServer.StartAsync(options, Token);
        var pc = Agent("pc-old", user);

        var first = await BareAgent.RegisterAsync(pc, Patience, Token);
        var refusal = await Assert.ThrowsAsync<BareXmppException>(() => BareAgent.ConnectAsync(pc, Token));
        var second = await BareAgent.RegisterAsync(pc, Patience, Token);
        await using var agent = await BareAgent.ConnectAsync(pc, Token);

        Assert.Equal("REGISTERED", (string?)first["status"]);
        Assert.Equal("not-authorized", refusal.Condition);
        Assert.Equal("REGISTERED", (string?)second["status"]);
    }

    [Fact]
    public async Task Silence_refusals_and_wrong_users_come_as_scripted()
    {
        const string user = "lider-script";
        var script = new RegistrationScript
        {
            SilentFirst = 1,
            RefuseFirst = 2,
            AuthorizedUser = "domadmin",
            AuthorizedPassword = "secret",
        };
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user) with { Registration = script }, Token);
        var pc = Agent("pc-script", user) with { AuthorizingUser = "domadmin", AuthorizingPassword = "secret" };

        // The time limit is no race: the refusals that follow show that the first REGISTER arrived and was passed over.
        await Assert.ThrowsAsync<TimeoutException>(() => BareAgent.RegisterAsync(pc, TimeSpan.FromMilliseconds(1), Token));
        var statuses = new List<string?>();
        foreach (var request in (BareAgentOptions[])[pc, pc, pc with { AuthorizingPassword = "wrong" }, pc])
        {
            statuses.Add((string?)(await BareAgent.RegisterAsync(request, Patience, Token))["status"]);
        }

        Assert.Equal(["ALREADY_EXISTS", "ALREADY_EXISTS", "NOT_AUTHORIZED", "REGISTERED"], statuses);
    }

    [Fact]
    public async Task Unregistering_answers_and_then_removes_the_account()
    {
        const string user = "lider-leave";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user), Token);
        var pc = Agent("pc-leave", user);
        await BareAgent.RegisterAsync(pc, Patience, Token);
        await using var agent = await BareAgent.ConnectAsync(pc, Token);

        await agent.SendAsync("""{"type":"UNREGISTER","from":"pc-leave","userName":"u","userPassword":"p","ipAddresses":"10.0.1.7"}""", Token);
        await agent.Closed.WaitAsync(Patience, Token);

        Assert.DoesNotContain(lider.Agents.All, known => known.IsRegistered);
        await Assert.ThrowsAsync<BareXmppException>(() => BareAgent.ConnectAsync(pc, Token));
    }

    [Fact]
    public async Task Violations_are_collected_with_their_body_and_only_sound_answers_count()
    {
        const string user = "lider-strict";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user), Token);
        await lider.AddAgentAsync("pc-strict", "p", [], Token);
        await using var session = await BareXmppConnection.ConnectAsync(
            prosody.Server with { Username = "pc-strict", Password = "p" }, null, Token);
        lider.Tasks.Add("pc-strict", new TaskOrder(1, "script", "EXECUTE_SCRIPT"), "", TimeSpan.Zero);
        const string extra = """{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_PROCESSED","progress":100}""";

        await session.SendMessageAsync(Address(user), extra, Token);
        await session.SendAsync($"<message to='{Address(user)}' type='normal'><received xmlns='urn:xmpp:receipts' id='1'/></message>", Token);
        await session.SendMessageAsync(Address(user), """{"type":"TASK_STATUS","taskId":2,"responseCode":"TASK_PROCESSED"}""", Token);
        await session.SendMessageAsync(Address(user), """{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR"}""", Token);
        var answer = await lider.Tasks.WaitForAnswerAsync(1, Patience, cancellationToken: Token);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Equal([extra, null], lider.Violations.Select(violation => violation.Body));
        Assert.Equal("no task 2 was sent to pc-strict (LP 3.4)", Assert.Single(lider.Ignored).Reason);
    }

    [Fact]
    public async Task Login_is_answered_to_sudo_users_only()
    {
        const string user = "lider-login";
        var options = prosody.Lider(user) with { SudoUsers = new HashSet<string> { "ayse" } };
        await using var lider = await LiderServer.StartAsync(options, Token);
        await lider.AddAgentAsync("pc-login", "p", [], Token);
        var reply = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await BareXmppConnection.ConnectAsync(
            prosody.Server with { Username = "pc-login", Password = "p" },
            stanza =>
            {
                if (stanza.Body is { } body)
                {
                    reply.TrySetResult(body);
                }
            },
            Token);

        foreach (var name in (string[])["mehmet", "ayse"])
        {
            await session.SendMessageAsync(
                Address(user), $$"""{"type":"LOGIN","username":"{{name}}","hostname":"h","ipAddresses":"10.0.1.7","agentVersion":"3.0.0"}""", Token);
        }

        var response = JsonNode.Parse(await reply.Task.WaitAsync(Patience, Token))!;
        Assert.Equal("LOGIN_RESPONSE", (string?)response["type"]);
        Assert.Equal("ayse", (string?)response["userName"]);
    }

    [Fact]
    public async Task Policies_are_asked_for_answered_when_told_and_reported()
    {
        const string user = "lider-policies";
        await using var lider = await LiderServer.StartAsync(prosody.Lider(user), Token);
        await lider.AddAgentAsync("pc-policies", "p", [], Token);
        lider.People.Policies.Define(12, new PolicyProfile("script", new JsonObject { ["k"] = "ğ" }));
        var execution = lider.People.Policies.Assign(12, "ayse").ExecutionId;
        lider.People.PolicyGate.Use(AnswerTiming.Silent, AnswerTiming.Held);
        var replies = new ConcurrentQueue<string>();
        var reply = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await BareXmppConnection.ConnectAsync(
            prosody.Server with { Username = "pc-policies", Password = "p" },
            stanza =>
            {
                if (stanza.Body is { } body)
                {
                    replies.Enqueue(body);
                    reply.TrySetResult();
                }
            },
            Token);

        await session.SendMessageAsync(Address(user), """{"type":"GET_POLICIES","username":"ayse"}""", Token);
        await session.SendMessageAsync(Address(user), """{"type":"GET_POLICIES","username":"ayse","policyList":{}}""", Token);
        await lider.People.PolicyRequests.WaitAsync(request => request.User == "ayse", 2, Patience, Token);
        Assert.Empty(replies);
        lider.People.PolicyGate.Release();
        await reply.Task.WaitAsync(Patience, Token);
        var element = JsonNode.Parse(Assert.Single(replies))!["executePolicyList"]![0]!;
        foreach (var id in (long[])[execution, execution + 1])
        {
            await session.SendMessageAsync(
                Address(user), $$"""{"type":"POLICY_STATUS","policyVersion":"12-1","commandExecutionId":{{id}},"responseCode":"POLICY_PROCESSED"}""", Token);
        }

        await session.SendMessageAsync(Address(user), """{"type":"LOGOUT","username":"ayse"}""", Token);
        await lider.People.Sessions.WaitAsync(row => !row.IsLogin, 1, Patience, Token);
        Assert.Equal("ğ", (string?)element["userPolicyProfiles"]![0]!["profileData"]!["k"]);
        Assert.Equal(execution, Assert.Single(lider.People.PolicyAnswers.All).ExecutionId);
        Assert.Equal($"commandExecutionId {execution + 1} is none of this server (LP 3.6)", Assert.Single(lider.Violations).Reason);
    }

    private static string Address(string user) => $"{user}@im.liderahenk.org/Smack";

    private BareAgentOptions Agent(string name, string lider) =>
        new() { Server = prosody.Server, Name = name, Password = "pw-" + name, LiderUser = lider };
}
