using Ahenk.LiderSimulator.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class TaskLedgerTests
{
    private static readonly TimeSpan RowDelay = TimeSpan.FromMilliseconds(300);
    private readonly FakeTimeProvider _time = new();
    private readonly TaskLedger _ledger;

    public TaskLedgerTests() => _ledger = new TaskLedger(_time);

    [Fact]
    public void An_answer_before_the_row_exists_is_counted_but_is_no_answer()
    {
        Send(1, RowDelay);

        var early = Answer(1, "a");
        _time.Advance(RowDelay - TimeSpan.FromMilliseconds(1));
        var stillEarly = Answer(1, "b");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var stored = Answer(1, "c");

        Assert.NotNull(early);
        Assert.NotNull(stillEarly);
        Assert.Null(stored);
        Assert.Equal(2, _ledger.AnsweredTooEarly);
        Assert.Equal("c", Assert.Single(_ledger.Find(1)!.Answers).StanzaId);
    }

    [Fact]
    public void The_same_stanza_twice_is_a_retransmission_and_another_stanza_a_second_answer()
    {
        Send(1, TimeSpan.Zero);

        Answer(1, "a");
        Answer(1, "a");
        Answer(1, "b");

        Assert.Equal((1, 1, 1), (_ledger.AnsweredTasks, _ledger.Retransmissions, _ledger.RepeatedAnswers));
        Assert.Equal(["a", "b"], _ledger.Find(1)!.Answers.Select(answer => answer.StanzaId));
    }

    [Fact]
    public void Each_run_of_a_scheduled_task_may_answer()
    {
        _ledger.Add("pc-01", new TaskOrder(1, "script", "EXECUTE_SCRIPT") { Cron = "* * * * *" }, "", TimeSpan.Zero);

        Answer(1, "a");
        Answer(1, "b");

        Assert.Equal(0, _ledger.RepeatedAnswers);
        Assert.Equal(2, _ledger.Find(1)!.Answers.Count);
    }

    [Fact]
    public void An_answer_of_another_agent_is_none()
    {
        Send(1, TimeSpan.Zero);

        Assert.NotNull(_ledger.Record(1, "pc-02", "a", "TASK_PROCESSED", null, null));
        Assert.NotNull(_ledger.Record(2, "pc-01", "b", "TASK_PROCESSED", null, null));
        Assert.Single(_ledger.Unanswered());
    }

    [Fact]
    public async Task A_wait_ends_with_the_final_answer_and_not_with_the_first_sign_of_life()
    {
        Send(1, TimeSpan.Zero);
        var wait = _ledger.WaitForAnswerAsync(1, TimeSpan.FromSeconds(5), cancellationToken: TestContext.Current.CancellationToken);

        _ledger.Record(1, "pc-01", "a", "TASK_PROCESSING", null, null);
        Assert.Equal(0, _ledger.AnsweredTasks);
        Answer(1, "b");

        Assert.Equal("b", (await wait).StanzaId);
    }

    [Fact]
    public async Task A_wait_for_many_names_the_tasks_that_are_missing()
    {
        Send(1, TimeSpan.Zero);
        Send(2, TimeSpan.Zero);
        var wait = _ledger.WaitForAnswersAsync([1, 2], TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Answer(1, "a");
        _time.Advance(TimeSpan.FromSeconds(5));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => wait);
        Assert.Contains("1 tasks not answered: 2", failure.Message, StringComparison.Ordinal);
    }

    private void Send(long taskId, TimeSpan rowDelay)
    {
        _ledger.Add("pc-01", new TaskOrder(taskId, "script", "EXECUTE_SCRIPT"), "", rowDelay);
        _ledger.MarkSent("pc-01", taskId, rowDelay);
    }

    private string? Answer(long taskId, string stanzaId) => _ledger.Record(taskId, "pc-01", stanzaId, "TASK_PROCESSED", "done", null);
}
