using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Grains.Tests.Ending;

[Trait("Category", "Unit")]
public sealed class OutboxFlushTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    private readonly EndingFakes _fakes = new();
    private readonly FakeTimeProvider _clock = new(Given.Now);
    private readonly RecordingOutbox _outbox = new();

    private Task Flush() => _fakes.Flush(_outbox, _clock).RunAsync(Most);

    [Fact]
    public async Task It_waits_until_Lider_has_everything()
    {
        Fill(pending: 1, unconfirmed: 1);
        var flush = Flush();
        Pass(TimeSpan.FromSeconds(20));
        Assert.False(flush.IsCompleted);

        _outbox.Figures = new OutboxFigures(0, 0, 0, 0);
        await Advance(flush);

        Assert.Contains("Stopping: 2 messages are on their way to Lider", _fakes.Told);
    }

    [Fact]
    public async Task Without_a_connection_it_does_not_wait()
    {
        Fill(pending: 3, unconfirmed: 0);
        _fakes.Become(new ConnectionState("waiting", "pc", IsOnline: false, Unacknowledged: 0));

        await Flush();
    }

    [Fact]
    public async Task What_the_server_has_and_Lider_does_not_confirm_is_waited_for_only_shortly()
    {
        Fill(pending: 0, unconfirmed: 1);
        var began = _clock.GetTimestamp();

        await Advance(Flush());

        Assert.InRange(_clock.GetElapsedTime(began), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(29));
    }

    [Fact]
    public async Task A_server_that_does_not_acknowledge_is_waited_for_until_the_time_is_over()
    {
        Fill(pending: 0, unconfirmed: 1);
        _fakes.Become(_fakes.Current with { Unacknowledged = 1 });
        var began = _clock.GetTimestamp();

        await Advance(Flush());

        Assert.True(_clock.GetElapsedTime(began) >= Most);
    }

    [Fact]
    public async Task A_message_that_becomes_due_too_late_is_not_waited_for()
    {
        Fill(pending: 1, unconfirmed: 0);
        _outbox.NextDue = Given.Now + TimeSpan.FromHours(1);
        var began = _clock.GetTimestamp();

        await Advance(Flush());

        Assert.True(_clock.GetElapsedTime(began) < Most);
    }

    [Fact]
    public async Task A_database_that_fails_or_hangs_does_not_hold_up_the_end()
    {
        _fakes.OnWrite = () => Task.FromException(new StorageException("/x", "The disk is full."));
        await Flush();

        _fakes.OnWrite = () => new TaskCompletionSource().Task;
        await Advance(Flush());
    }

    private void Fill(int pending, int unconfirmed)
    {
        _outbox.Figures = new OutboxFigures(pending, unconfirmed, 100, 0);
        _outbox.NextDue = pending > 0 ? Given.Now : null;
    }

    private void Pass(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task Advance(Task until)
    {
        while (!until.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        await until;
    }
}
