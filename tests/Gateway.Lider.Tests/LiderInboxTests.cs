using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class LiderInboxTests
{
    private readonly FakeGrains _grains = FakeGrains.New();
    private readonly MemoryOutbox _outbox = new();
    private readonly FakeTimeProvider _clock = Given.Clock();
    private readonly LiderInbox _inbox;

    public LiderInboxTests() => _inbox = new LiderInbox(_grains.Factory, _outbox, Given.Options, _clock, NullLogger<LiderInbox>.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_of_Lider_is_stored_and_then_released()
    {
        await Receive(Given.Message(Given.ExecuteTask(7), sequence: 5));
        await _grains.Log.When(2);

        Assert.Equal(["accept 7", "release 7"], _grains.Log.Calls);
        var taken = _grains.Task(7).Accepted!;
        Assert.Equal(("probe", "RUN", "{\"a\":1}", Given.Now), (taken.Task.Plugin, taken.Task.Command, taken.Task.Parameters, taken.Task.ReceivedAt));
        Assert.Equal((null, new StreamPosition("stream", 5)), (taken.Cron, taken.Position));
    }

    [Theory]
    [InlineData("stranger@im.example/Smack")]
    [InlineData("lider_sunucu@evil.example/Smack")]
    [InlineData("im.example")]
    [InlineData("lider_sunucu@im.example.evil/Smack")]
    public async Task What_anybody_else_sends_is_dropped_and_counted(string from)
    {
        await Receive(Given.Message(Given.ExecuteTask(7), from));
        await Receive(Given.Message(null, from) with { ReceiptFor = "s1" });
        await Receive(Given.Message(null, from, "error") with { Id = "s1" });

        Assert.Empty(_grains.Log.Calls);
        Assert.Empty(_outbox.Calls);
        Assert.Equal(3, _inbox.ForeignMessages);
    }

    [Theory]
    [InlineData("ayse", "grant ayse")]
    [InlineData(@"LIDER\\ayse", "grant ayse")]
    [InlineData("../ayse", null)]
    public async Task Who_may_administer_the_machine_is_passed_on_to_that_user(string user, string? call)
    {
        await Receive(Given.Message($$$"""{"type":"LOGIN_RESPONSE","userName":"{{{user}}}","parameterMap":{},"timestamp":1772700000000}"""));

        Assert.Equal(call is null ? [] : [call], _grains.Log.Calls);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("headline")]
    [InlineData("groupchat")]
    public async Task Only_normal_messages_carry_tasks(string type)
    {
        await Receive(Given.Message(Given.ExecuteTask(7), type: type));

        Assert.Empty(_grains.Log.Calls);
    }

    [Fact]
    public async Task What_Lider_says_of_a_missing_plugin_reaches_the_plugin()
    {
        await Receive(Given.Message("""{"type":"PLUGIN_NOT_FOUND","pluginName":"Probe","pluginVersion":"1.0.0"}"""));
        await Receive(Given.Message(
            """{"type":"INSTALL_PLUGIN","pluginName":"Probe","pluginVersion":"1.0.0","protocol":"HTTP","parameterMap":{"url":"http://files.example/p.deb","md5":"abc"}}"""));

        Assert.Equal(
            ["not found probe", """install probe 1.0.0 {"protocol":"HTTP","parameterMap":{"url":"http://files.example/p.deb"}} abc"""],
            _grains.Log.Calls);
    }

    [Theory]
    [InlineData("\"ayse\"", "ayse")]
    [InlineData("\"Ayşe.Y\"", "Ayşe.Y")]
    [InlineData("\" \"", IPolicyGrain.MachineKey)]
    [InlineData("null", IPolicyGrain.MachineKey)]
    public async Task Policies_reach_the_user_they_are_for_or_the_machine(string username, string key)
    {
        var body = $$"""{"type":"EXECUTE_POLICY","username":{{username}},"executePolicyList":[]}""";

        await Receive(Given.Message(body));

        Assert.Equal([$"policies {key} {body}"], _grains.Log.Calls);
    }

    [Fact]
    public async Task Policies_that_are_not_stored_are_not_taken_for_received()
    {
        _grains.OnPolicies = _ => throw new StorageException("/test/ahenk.db", "The disk is full.");

        await Assert.ThrowsAsync<StorageException>(() => Receive(Given.Message("""{"type":"EXECUTE_POLICY","username":"ayse","executePolicyList":[]}""")));
    }

    [Fact]
    public async Task Where_the_agreement_lies_reaches_the_agreement()
    {
        await Receive(Given.Message("""{"type":"RESPONSE_AGREEMENT","protocol":"HTTP","parameterMap":{"url":"http://files.example/agreement.txt"},"timestamp":1}"""));

        Assert.Equal(["""agreement {"protocol":"HTTP","parameterMap":{"url":"http://files.example/agreement.txt"}}"""], _grains.Log.Calls);
    }

    [Fact]
    public async Task A_task_brings_the_version_of_its_plugin_and_the_file_server()
    {
        const string Task = """
            {"id":7,"plugin":{"name":"probe","version":"2.1.0"},"commandClsId":"RUN","parameterMap":{}}
            """;
        var server = """{"protocol":"SSH","parameterMap":{"host":"files.example","port":2222,"username":"lider","password":"s3cret","path":"/f/"}}""";
        await Receive(Given.Message(
            $$"""{"type":"EXECUTE_TASK","task":{{System.Text.Json.JsonSerializer.Serialize(Task)}},"fileServerConf":{{server}}}"""));

        var taken = _grains.Task(7).Accepted!.Task;
        Assert.Equal(("2.1.0", server), (taken.PluginVersion, taken.FileServer));
    }

    [Fact]
    public async Task A_receipt_removes_its_message()
    {
        await Receive(Given.Message(null) with { ReceiptFor = "s3" });

        Assert.Equal(["confirm s3"], _outbox.Calls);
    }

    [Fact]
    public async Task A_message_that_came_back_is_pending_again_in_two_minutes()
    {
        await Receive(Given.Message(Given.ExecuteTask(7), type: "error") with { Id = "s3", ErrorCondition = "service-unavailable" });
        await Receive(Given.Message(null, type: "error"));

        Assert.Equal(["return s3 12:02:00"], _outbox.Calls);
        Assert.Empty(_grains.Log.Calls);
    }

    [Fact]
    public async Task Tasks_are_released_in_the_order_in_which_they_came_whichever_is_stored_first()
    {
        var first = new TaskCompletionSource<AcceptOutcome>();
        _grains.Task(7).OnAccept = _ => first.Task;
        var seven = Receive(Given.Message(Given.ExecuteTask(7)));
        await Receive(Given.Message(Given.ExecuteTask(3)));
        Assert.Equal(["accept 7", "accept 3"], _grains.Log.Calls);

        first.SetResult(AcceptOutcome.Accepted);
        await seven;
        await _grains.Log.When(4);

        Assert.Equal(["accept 7", "accept 3", "release 7", "release 3"], _grains.Log.Calls);
        Assert.True(_grains.Task(7).Accepted!.Task.Arrival < _grains.Task(3).Accepted!.Task.Arrival);
    }

    [Fact]
    public async Task A_task_that_was_not_stored_fails_its_stanza_and_is_not_released()
    {
        _grains.Task(7).OnAccept = _ => Task.FromException<AcceptOutcome>(new StorageException("/test/ahenk.db", "The disk is full."));

        await Assert.ThrowsAsync<StorageException>(() => Receive(Given.Message(Given.ExecuteTask(7))));
        await Receive(Given.Message(Given.ExecuteTask(8)));
        await _grains.Log.When(3);

        Assert.Equal(["accept 7", "accept 8", "release 8"], _grains.Log.Calls);
    }

    [Fact]
    public async Task A_duplicate_is_acknowledged_and_not_released()
    {
        _grains.Task(7).OnAccept = _ => Task.FromResult(AcceptOutcome.Duplicate);

        await Receive(Given.Message(Given.ExecuteTask(7)));
        await Receive(Given.Message(Given.ExecuteTask(8)));
        await _grains.Log.When(3);

        Assert.Equal(["accept 7", "accept 8", "release 8"], _grains.Log.Calls);
    }

    [Fact]
    public async Task A_release_that_fails_in_whatever_way_does_not_hold_back_later_tasks()
    {
        _grains.Task(7).OnRelease = () => throw new FileNotFoundException("a plugin's assembly is gone");

        await Receive(Given.Message(Given.ExecuteTask(7)));
        await Receive(Given.Message(Given.ExecuteTask(8)));
        await _grains.Log.When(4);

        Assert.Equal("release 8", _grains.Log.Calls[^1]);
    }

    [Fact]
    public async Task A_schedule_is_told_to_the_task()
    {
        await Receive(Given.Message(Given.ExecuteTask(7, "\\\"0 0 * * *\\\"")));

        Assert.Equal("0 0 * * *", _grains.Task(7).Accepted!.Cron);
    }

    [Theory]
    [InlineData("\"0 0 * * *\"", "0 0 * * *")]
    [InlineData("\"none\"", "none")]
    [InlineData("null", null)]
    public async Task An_update_of_a_schedule_is_told_to_its_task_and_acknowledged_once_it_is_stored(string json, string? cron)
    {
        var stored = new TaskCompletionSource();
        _grains.Task(7).OnReschedule = () => stored.Task;

        var receiving = Receive(Given.Message($$"""{"type":"UPDATE_SCHEDULED_TASK","taskId":7,"cronExpression":{{json}},"timestamp":null}""", sequence: 5));
        await _grains.Log.When(1);

        Assert.False(receiving.IsCompleted);
        Assert.Equal(new ScheduleUpdate(cron, Given.Now, new StreamPosition("stream", 5)), _grains.Task(7).Update);
        stored.SetResult();
        await receiving;
        Assert.Equal(["reschedule 7"], _grains.Log.Calls);
    }

    [Fact]
    public async Task A_broken_task_whose_id_is_legible_is_rejected()
    {
        await Receive(Given.Message("""{"type":"EXECUTE_TASK","task":"{\"id\":7,\"commandClsId\":\"RUN\"}"}""", sequence: 9));

        Assert.Equal(["reject 7"], _grains.Log.Calls);
        Assert.Contains("plugin", _grains.Task(7).Rejected!.Reason, StringComparison.Ordinal);
        Assert.Equal(new StreamPosition("stream", 9), _grains.Task(7).Rejected!.Position);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"type":"MAKE_COFFEE"}""")]
    [InlineData("""{"type":"UPDATE_SCHEDULED_TASK","cronExpression":null}""")]
    [InlineData("""{"type":"EXECUTE_TASK","task":"TaskImpl ["}""")]
    [InlineData("")]
    public async Task What_is_not_understood_or_not_handled_is_acknowledged_and_dropped(string body)
    {
        await Receive(Given.Message(body));

        Assert.Empty(_grains.Log.Calls);
    }

    [Fact]
    public async Task A_new_session_makes_unconfirmed_messages_pending()
    {
        var me = Jid.Parse("pc@im.example/Ahenk");
        await _inbox.OnSessionAsync(new XmppSession(me, "a", Resumed: false), Token);
        await _inbox.OnSessionAsync(new XmppSession(me, "a", Resumed: true), Token);

        Assert.Equal(["requeue a", "requeue a"], _outbox.Calls);
    }

    [Fact]
    public async Task A_stream_resumed_from_an_earlier_process_makes_its_unacknowledged_messages_pending()
    {
        await _inbox.OnSessionAsync(new XmppSession(Jid.Parse("pc@im.example/Ahenk"), "old", Resumed: true), Token);

        Assert.Equal(["requeue old", "requeue unacknowledged old"], _outbox.Calls);
    }

    private Task Receive(XmppMessage message) => _inbox.OnMessageAsync(message, Token);
}
