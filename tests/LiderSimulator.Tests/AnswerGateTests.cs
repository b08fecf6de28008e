using Microsoft.Extensions.Time.Testing;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class AnswerGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider _time = new();
    private readonly AnswerGate _gate;

    public AnswerGateTests() => _gate = new AnswerGate(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_first_all_are_answered_at_once()
    {
        Assert.True(await _gate.Enter()(Token));
        Assert.True(await _gate.Enter()(Token));
    }

    [Fact]
    public async Task Timings_are_used_in_turn_and_from_the_first_again()
    {
        _gate.Use(AnswerTiming.InTime, AnswerTiming.Silent, AnswerTiming.Silent);

        var answered = new List<bool>();
        for (var request = 0; request < 6; request++)
        {
            answered.Add(await _gate.Enter()(Token));
        }

        Assert.Equal([true, false, false, true, false, false], answered);
    }

    [Fact]
    public async Task A_held_answer_waits_for_the_release_after_it_and_the_next_one_for_the_next()
    {
        _gate.Use(AnswerTiming.Held);
        _gate.Release();
        var first = _gate.Enter()(Token);
        Assert.False(first.IsCompleted);

        _gate.Release();
        Assert.True(await first.WaitAsync(Patience, Token));
        var second = _gate.Enter()(Token);
        Assert.False(second.IsCompleted);
        _gate.Release();
        Assert.True(await second.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task A_late_answer_comes_after_its_time()
    {
        _gate.Use(AnswerTiming.After(TimeSpan.FromSeconds(40)));
        var answer = _gate.Enter()(Token);

        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.False(answer.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await answer.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task What_a_request_met_when_it_came_counts_and_not_what_is_set_later()
    {
        _gate.Use(AnswerTiming.Silent);
        var pass = _gate.Enter();
        _gate.Use(AnswerTiming.InTime);

        Assert.False(await pass(Token));
    }
}
