using System.Text.Json.Nodes;
using Ahenk.Grains;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Silo.Control;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Silo.Tests;

/// <summary>What administrators look at and do by hand: one task, the outbox, sending.</summary>
[Trait("Category", "Integration")]
public sealed class ControlByHandTests : IAsyncLifetime
{
    private const string Secret = "hunter22-of-the-file-server";

    private static readonly DateTimeOffset At = new(2026, 3, 5, 9, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-control-").FullName;
    private readonly LogSecrets _secrets = new();
    private readonly OneAgent _agent = new();
    private AhenkDatabase _database = null!;
    private ControlMethods _methods = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _database = AhenkDatabase.Open(new StorageOptions { Path = Path.Combine(_folder, "ahenk.db") }, TimeProvider.System, NullLogger<AhenkDatabase>.Instance);
        var options = new TaskOptions();
        _methods = new ControlMethods(
        [
            new TaskDetailControl(_database.Tasks, _database.Schedules, _database.OutboxView, _secrets),
            new OutboxControl(_database.OutboxView, _secrets),
            new SendControl(
                _agent,
                _database.Tasks,
                new TaskAnswers(options, TimeProvider.System, NullLogger<TaskAnswers>.Instance),
                new PolicyReport(options, TimeProvider.System, NullLogger<PolicyReport>.Instance),
                _database.Outbox),
            new LocalRunControl(null!, new LocalRuns(null!, null!, new RecordingAudit(), NullLogger<LocalRuns>.Instance)),
        ]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_task_is_shown_without_its_secrets()
    {
        _secrets.RegisterPassing("known-to-the-log");
        var parameters = new JsonObject
        {
            ["RootPassword"] = Secret,
            ["script"] = "echo known-to-the-log",
            ["inner"] = new JsonArray(new JsonObject { ["api_key"] = Secret, ["plain"] = "shown" }),
            ["text"] = $$"""{"password":"{{Secret}}"}""",
        };
        await _database.Tasks.AcceptAsync(
            new NewTask(7, "probe", "RUN", parameters.ToJsonString(), At, 1) { FileServer = $$$"""{"host":"files","parameters":{"password":"{{{Secret}}}"}}""" }, null);

        var task = (await Ask("task", new JsonObject { ["id"] = 7 }))!;

        Assert.Equal(("probe", "waiting", "shown"), ((string?)task["plugin"], (string?)task["state"], (string?)task["parameters"]!["inner"]![0]!["plain"]));
        Assert.Equal(("files", "echo ***"), ((string?)task["file_server"]!["host"], (string?)task["parameters"]!["script"]));
        Assert.DoesNotContain(Secret, task.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(task["answer"]);
    }

    [Fact]
    public async Task What_is_long_is_cut()
    {
        await _database.Tasks.AcceptAsync(new NewTask(7, "probe", "RUN", new JsonObject { ["script"] = new string('x', 100_000) }.ToJsonString(), At, 1), null);

        var parameters = (string)(await Ask("task", new JsonObject { ["id"] = 7 }))!["parameters"]!;

        Assert.EndsWith("characters more]", parameters, StringComparison.Ordinal);
        Assert.InRange(parameters.Length, ShownJson.LongestText, ShownJson.LongestText + 100);
    }

    [Fact]
    public async Task A_message_that_is_sent_by_hand_waits_in_the_outbox()
    {
        await _database.Tasks.AcceptAsync(new NewTask(7, "probe", "RUN", "{}", At, 1), null);

        var answer = await Ask("send", new JsonObject { ["task"] = 7, ["code"] = "warning", ["data"] = new JsonObject { ["Result"] = "by hand", ["password"] = Secret } });

        Assert.True((bool)answer!["known"]!);
        var entry = Assert.Single((await Ask("outbox", []))!.AsArray())!;
        Assert.Equal(("TASK_STATUS", 7L, "waiting", true), ((string?)entry["type"], (long)entry["task"]!, (string?)entry["state"], (bool)entry["final"]!));
        var message = (await Ask("outbox_message", new JsonObject { ["id"] = (long)entry["id"]! }))!;
        Assert.Equal(("TASK_WARNING", "by hand"), ((string?)message["body"]!["responseCode"], (string?)message["body"]!["responseData"]!["Result"]));
        Assert.DoesNotContain(Secret, message.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(Secret, Assert.Single(await _database.Outbox.ReadDueAsync(TimeProvider.System.GetUtcNow(), 10)).Body, StringComparison.Ordinal);
        Assert.Equal("TASK_WARNING", (string?)(await Ask("task", new JsonObject { ["id"] = 7 }))!["answer"]!["body"]!["responseCode"]);
        Assert.Equal(TaskState.Waiting, (await _database.Tasks.FindAsync(7))!.State);
    }

    [Fact]
    public async Task A_policy_is_answered_by_hand_too()
    {
        var answer = await Ask("send", new JsonObject { ["policy_version"] = "12-3", ["execution"] = 901, ["code"] = "error", ["message"] = "no" });

        Assert.Null(answer!["known"]);
        var body = JsonNode.Parse(Assert.Single(await _database.Outbox.ReadDueAsync(TimeProvider.System.GetUtcNow(), 10)).Body)!;
        Assert.Equal(
            ("POLICY_STATUS", "12-3", 901, "POLICY_ERROR", "no"),
            ((string?)body["type"], (string?)body["policyVersion"], (int)body["commandExecutionId"]!, (string?)body["responseCode"], (string?)body["responseMessage"]));
    }

    [Theory]
    [InlineData("send", """{"task":0}""")]
    [InlineData("send", """{"task":-1}""")]
    [InlineData("send", """{"task":"7"}""")]
    [InlineData("send", """{"execution":1}""")]
    [InlineData("send", """{"task":7,"code":"killed"}""")]
    [InlineData("send", """{"task":7,"data":[1]}""")]
    [InlineData("send", "{}")]
    [InlineData("task", """{"id":99}""")]
    [InlineData("task", "{}")]
    [InlineData("outbox_message", """{"id":99}""")]
    [InlineData("task_cancel", """{"id":"-7"}""")]
    [InlineData("task_cancel", """{"id":"x"}""")]
    [InlineData("task_wait", """{"id":"local-1"}""")]
    [InlineData("task_wait", """{"id":"7"}""")]
    [InlineData("task_run", """{"plugin":"a","command":"b","parameters":[]}""")]
    public async Task What_makes_no_sense_is_refused(string method, string parameters)
    {
        var refusal = await Assert.ThrowsAsync<ControlException>(() => Ask(method, JsonNode.Parse(parameters)!.AsObject()));

        Assert.Equal(JsonRpc.InvalidParams, refusal.Code);
        Assert.Equal(0, (await _database.Outbox.ReadFiguresAsync()).Pending);
    }

    [Fact]
    public async Task Without_a_registration_nothing_is_stored_that_nobody_would_get()
    {
        _agent.Registration = RegistrationState.Unregistered;

        var refusal = await Assert.ThrowsAsync<ControlException>(() => Ask("send", new JsonObject { ["task"] = 7 }));

        Assert.Contains("not registered", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await _database.Outbox.ReadFiguresAsync()).Pending);
    }

    [Theory]
    [InlineData("task")]
    [InlineData("task_run")]
    [InlineData("task_wait")]
    [InlineData("task_cancel")]
    [InlineData("outbox")]
    [InlineData("outbox_message")]
    [InlineData("send")]
    public async Task Only_root_may(string method) => Assert.Equal(JsonRpc.Forbidden, (await Assert.ThrowsAsync<ControlException>(() => Ask(method, [], userId: 4242))).Code);

    [Fact]
    public void What_changes_something_is_audited() => Assert.Equal(
        ["send", "task_cancel", "task_run"],
        _methods.Names.Where(name => _methods.FindChange(new ControlRequest(name, [], null)) is not null).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("task_run", """{"plugin":"script","command":"RUN","parameters":{"password":"x"}}""", "script", "RUN", null, null)]
    [InlineData("task_run", """{"plugin":7}""", null, null, null, null)]
    [InlineData("send", """{"task":7,"code":"error","message":"x"}""", null, null, 7L, "error")]
    [InlineData("send", """{"policy_version":"1-2","execution":9}""", null, null, 9L, null)]
    public void An_entry_says_what_it_is_about(string method, string parameters, string? plugin, string? command, long? id, string? code)
    {
        var request = new ControlRequest(method, JsonNode.Parse(parameters)!.AsObject(), null);
        var entry = new AuditEntry("uid 0", AuditAction.Control) { Method = method };

        Assert.Equal(entry with { Plugin = plugin, Command = command, Id = id, Code = code }, _methods.FindChange(request)!.About(request, entry));
    }

    private Task<JsonNode?> Ask(string method, JsonObject parameters, uint userId = 0) =>
        _methods.Invoke(
            JsonRpc.Read(new JsonObject { ["method"] = method, ["params"] = parameters }.ToJsonString(), out _)!, new PeerCredentials(1, userId), Token);

    private sealed class OneAgent : IAgentControl
    {
        public RegistrationState Registration { get; set; } = RegistrationState.Verified;

        public Task<AgentReport> GetReport() => Task.FromResult(new AgentReport
        {
            Version = "3.0.0",
            Name = "pc",
            Registration = Registration,
            Connection = "online",
            UnfinishedTasks = 0,
            Outbox = new OutboxFigures(0, 0, 0, 0),
            ForeignMessages = 0,
        });

        public Task<RegistrationReport> Register(string? host, string user, string password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistrationReport> Unregister(string user, string password, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<RegistrationReport> AdoptMachine() => throw new NotSupportedException();
    }
}
