using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class TaskGrainTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private MemoryTaskStore Store => _silo.Store;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_task_is_run_and_answered_once()
    {
        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        var (id, code, draft) = Assert.Single(Store.Answers);
        var body = JsonNode.Parse(draft.Body)!;
        Assert.Equal((7, "TASK_PROCESSED"), (id, code));
        Assert.Equal(("TASK_STATUS", 7, "TASK_PROCESSED", "done"), ((string?)body["type"], (int)body["taskId"]!, (string?)body["responseCode"], (string?)body["responseMessage"]));
        Assert.True(draft.IsFinal);
        Assert.Equal([7], _silo.Host.Started);
    }

    [Fact]
    public async Task The_audit_log_has_who_asked_for_what_and_how_it_ended()
    {
        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();
        await _silo.Task(8).Reject(new RejectedTask("it has no plugin", Given.Now, 1, null));
        await Store.WhenAnswered(2);
        await _silo.Audit.WhenWritten(3);

        Assert.Equal(
            ["lider task-accepted probe RUN 7 ", "lider task-finished probe RUN 7 TASK_PROCESSED", "lider task-finished   8 TASK_ERROR"],
            _silo.Audit.Entries.Select(entry => $"{entry.Who} {entry.What} {entry.Plugin} {entry.Command} {entry.Id} {entry.Code}").OrderBy(text => text.Contains('8')).ThenBy(text => text, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_task_that_comes_again_is_not_run_again()
    {
        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        Assert.Equal(AcceptOutcome.Duplicate, await _silo.Task(7).Accept(Given.Incoming(7)));
        await _silo.Send(Given.Incoming(8));
        await Store.WhenAnswered(2);

        Assert.Equal([7, 8], _silo.Host.Started);
    }

    [Fact]
    public async Task A_task_that_comes_again_while_it_runs_is_answered_once()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(7));
        await _silo.Host.WhenStarted(7);

        await _silo.Send(Given.Incoming(7));
        await _silo.Task(7).Release();
        _silo.Host.Holds = false;
        _silo.Host.End(7);
        await _silo.Send(Given.Incoming(8));
        await Store.WhenAnswered(2);

        Assert.Equal([7, 8], _silo.Host.Started);
        Assert.Equal([7, 8], Store.Answers.Select(answer => answer.TaskId));
    }

    [Fact]
    public async Task A_task_that_is_not_stored_is_refused_and_can_come_again()
    {
        Store.Break(StoreCall.Accept);
        await Assert.ThrowsAsync<StorageException>(() => _silo.Task(7).Accept(Given.Incoming(7)));

        Store.Break(StoreCall.Accept, false);
        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        Assert.Equal([7], _silo.Host.Started);
    }

    [Theory]
    [InlineData("The plugin probe is not installed.")]
    [InlineData("The plugin probe has no command RUN.")]
    public async Task What_cannot_be_run_is_answered_with_the_reason(string problem)
    {
        _silo.Host.OnFind = (_, _, _) => new PluginLookup(problem, false, false, false);

        await _silo.Send(Given.Incoming(7));

        var answer = Assert.Single(Store.Answers);
        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Equal(problem, MessageOf(answer.Draft));
        Assert.Empty(_silo.Host.Started);
    }

    [Fact]
    public async Task A_message_that_cannot_be_understood_is_answered_with_the_reason()
    {
        var rejected = new RejectedTask("the task has no plugin name", Given.Now, 1, null);

        Assert.Equal(AcceptOutcome.Accepted, await _silo.Task(7).Reject(rejected));
        Assert.Equal(AcceptOutcome.Duplicate, await _silo.Task(7).Reject(rejected));

        var answer = Assert.Single(Store.Answers);
        Assert.Equal(("TASK_ERROR", "the task has no plugin name"), (answer.Code, MessageOf(answer.Draft)));
    }

    [Fact]
    public async Task A_message_that_names_the_id_of_a_running_task_does_not_answer_it()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(7));
        await _silo.Host.WhenStarted(7);

        Assert.Equal(AcceptOutcome.Duplicate, await _silo.Task(7).Reject(new RejectedTask("broken", Given.Now, 2, null)));
        _silo.Host.End(7);
        await Store.WhenAnswered();

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    [Fact]
    public async Task A_task_that_ran_when_the_agent_died_is_answered_and_not_run_again()
    {
        Store.Put(7, TaskState.Running);

        await _silo.Task(7).Release();

        var answer = Assert.Single(Store.Answers);
        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("interrupted", MessageOf(answer.Draft), StringComparison.Ordinal);
        Assert.Empty(_silo.Host.Started);
    }

    [Fact]
    public async Task An_idempotent_task_that_ran_when_the_agent_died_is_run_again()
    {
        _silo.Host.OnFind = (_, _, _) => new PluginLookup(null, false, Idempotent: true, false);
        Store.Put(7, TaskState.Running);

        await _silo.Task(7).Release();
        await Store.WhenAnswered();

        Assert.Equal([7], _silo.Host.Started);
        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    [Fact]
    public async Task An_interrupted_task_whose_plugin_is_gone_is_answered_as_interrupted()
    {
        _silo.Host.OnFind = (_, _, _) => new PluginLookup("it is not installed", true, false, false);
        Store.Put(7, TaskState.Running);

        await _silo.Task(7).Release();

        Assert.Contains("interrupted", MessageOf(Assert.Single(Store.Answers).Draft), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_of_what_is_finished_or_unknown_does_nothing()
    {
        Store.Put(7, TaskState.Finished);

        await _silo.Task(7).Release();
        await _silo.Task(8).Release();

        Assert.Empty(Store.Answers);
        Assert.Empty(_silo.Host.Started);
    }

    [Fact]
    public async Task An_answer_the_disk_does_not_take_is_kept_and_stored_later_once()
    {
        Store.Break(StoreCall.Finish);
        await _silo.Send(Given.Incoming(7));
        await Store.WhenFailed(StoreCall.Finish);
        await _silo.AdvanceUntil(Store.WhenFailed(StoreCall.Finish, 3));
        Assert.Empty(Store.Answers);

        Store.Break(StoreCall.Finish, false);
        await _silo.AdvanceUntil(Store.WhenAnswered());
        _silo.Clock.Advance(TimeSpan.FromMinutes(1));
        await _silo.Send(Given.Incoming(8));
        await Store.WhenAnswered(2);

        Assert.Equal([7, 8], _silo.Host.Started);
        Assert.Equal([7, 8], Store.Answers.Select(answer => answer.TaskId));
    }

    [Fact]
    public async Task An_answer_that_waits_for_the_disk_survives_a_duplicate_of_its_task()
    {
        Store.Break(StoreCall.Finish);
        await _silo.Send(Given.Incoming(7));
        await Store.WhenFailed(StoreCall.Finish);

        Assert.Equal(AcceptOutcome.Duplicate, await _silo.Task(7).Accept(Given.Incoming(7)));
        await _silo.Task(7).Release();
        Store.Break(StoreCall.Finish, false);
        await _silo.AdvanceUntil(Store.WhenAnswered());

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
        Assert.Equal([7], _silo.Host.Started);
    }

    [Fact]
    public async Task An_answer_is_kept_when_its_task_cannot_be_read_either()
    {
        _silo.Host.Holds = true;
        await _silo.Send(Given.Incoming(7));
        await _silo.Host.WhenStarted(7);
        await _silo.Deactivate(_silo.Task(7));
        Store.Break(StoreCall.Find);

        _silo.Host.End(7);
        await Store.WhenFailed(StoreCall.Find);
        Store.Break(StoreCall.Find, false);
        await _silo.AdvanceUntil(Store.WhenAnswered());

        Assert.Equal("TASK_PROCESSED", Assert.Single(Store.Answers).Code);
    }

    [Fact]
    public async Task An_answer_is_not_due_before_the_delay_since_its_task_came()
    {
        _silo.Clock.Advance(TimeSpan.FromMilliseconds(200));

        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        Assert.Equal(Given.Now + TimeSpan.FromMilliseconds(500), Assert.Single(Store.Answers).Draft.NotBefore);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_result_too_large_for_a_stanza_is_cut_and_its_marked_part_kept(bool keepEnd)
    {
        var data = new JsonObject { ["Result"] = "start" + new string('ç', 100_000) + "end" }.ToJsonString();
        _silo.Host.OnRun = _ => new TaskOutcome(PluginCode.Processed, "done", data, keepEnd);

        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        var draft = Assert.Single(Store.Answers).Draft;
        var result = (string)JsonNode.Parse(draft.Body)!["responseData"]!["Result"]!;
        Assert.InRange(WireSize.OfBody(draft.Body), 50_000, (60 * 1024) - 1024);
        Assert.Contains("characters cut by Ahenk", result, StringComparison.Ordinal);
        Assert.Equal((keepEnd, !keepEnd), (result.EndsWith("end", StringComparison.Ordinal), result.StartsWith("start", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Data_nested_too_deep_is_answered_all_the_same()
    {
        _silo.Host.OnRun = _ => new TaskOutcome(
            PluginCode.Warning, "deep", string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100));

        await _silo.Send(Given.Incoming(7));
        await Store.WhenAnswered();

        var answer = Assert.Single(Store.Answers);
        Assert.Equal("TASK_WARNING", answer.Code);
        Assert.Contains("too deep", (string?)JsonNode.Parse(answer.Draft.Body)!["responseData"]!["Result"], StringComparison.Ordinal);
    }

    private static string MessageOf(OutboxDraft draft) => (string)JsonNode.Parse(draft.Body)!["responseMessage"]!;
}
