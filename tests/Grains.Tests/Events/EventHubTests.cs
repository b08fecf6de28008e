using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Grains.Tests.Events;

[Trait("Category", "Unit")]
public sealed class EventHubTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly EventHub _hub;

    public EventHubTests() => _hub = new EventHub(_clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_come_to_every_subscriber_in_the_order_in_which_they_happen()
    {
        using var first = _hub.Subscribe(EventFilter.All);
        using var second = _hub.Subscribe(EventFilter.All);

        Raise(1, 100);

        Assert.Equal(Numbers(1, 100), await Take(first, 100));
        Assert.Equal(Numbers(1, 100), await Take(second, 100));
    }

    [Fact]
    public async Task Raised_by_many_at_once_they_come_to_all_in_one_order()
    {
        using var first = _hub.Subscribe(EventFilter.All);
        using var second = _hub.Subscribe(EventFilter.All);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(raiser => Task.Run(() => Raise(raiser * 50, (raiser * 50) + 49), Token)));

        var seen = await Take(first, 200);
        Assert.Equal(seen, await Take(second, 200));
        Assert.Equal(Numbers(0, 199), seen.Order());
    }

    [Fact]
    public async Task A_reader_gets_what_happens_while_it_waits()
    {
        using var subscription = _hub.Subscribe(EventFilter.All);
        var reading = Take(subscription, 3);

        Raise(1, 1);
        await Task.Yield();
        Raise(2, 3);

        Assert.Equal(Numbers(1, 3), await reading);
    }

    [Fact]
    public async Task A_slow_reader_loses_the_oldest_is_told_how_many_and_costs_the_others_nothing()
    {
        using var slow = _hub.Subscribe(EventFilter.All);
        using var quick = _hub.Subscribe(EventFilter.All);
        var seen = new List<long>();
        for (var number = 1; number <= 300; number++)
        {
            Raise(number, number);
            seen.AddRange(await Take(quick, 1));
        }

        await using var events = slow.ReadAllAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new EventsLost(44), events.Current.Event);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(45, Number(events.Current));

        // It falls behind once more in the midst of its reading: what is lost then comes after what it has read.
        Raise(301, 400);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(new EventsLost(99), events.Current.Event);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(145, Number(events.Current));
        Assert.Equal(Numbers(1, 300), seen);
    }

    [Fact]
    public async Task A_reader_that_fails_harms_nobody()
    {
        using var failing = _hub.Subscribe(EventFilter.All);
        using var other = _hub.Subscribe(EventFilter.All);
        Raise(1, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in failing.ReadAllAsync(Token))
            {
                throw new InvalidOperationException();
            }
        });

        Raise(2, 1000);

        Assert.Equal(new EventsLost(744), (await other.ReadAllAsync(Token).FirstAsync(Token)).Event);
        Assert.Equal(Numbers(745, 1000), await Take(other, 256));
    }

    [Fact]
    public async Task Whoever_has_left_is_told_nothing_more_and_its_reading_ends()
    {
        var subscription = _hub.Subscribe(EventFilter.All);
        var reading = subscription.ReadAllAsync(Token).CountAsync(Token).AsTask();
        Assert.Equal(1, _hub.Listeners);

        subscription.Dispose();
        subscription.Dispose();
        Raise(1, 1);

        Assert.Equal(0, await reading.WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.Equal(0, _hub.Listeners);
        Assert.Equal(0, await subscription.ReadAllAsync(Token).CountAsync(Token));
    }

    [Fact]
    public async Task A_reading_that_is_cancelled_ends_at_once()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var subscription = _hub.Subscribe(EventFilter.All);
        var reading = subscription.ReadAllAsync(stop.Token).CountAsync(Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Fact]
    public async Task The_latest_events_are_remembered_with_their_times_and_nothing_is_between_them_and_the_next()
    {
        Raise(1, 3);
        using (var early = _hub.Subscribe(EventFilter.All))
        {
            Assert.Equal(Numbers(1, 3), early.Before.Select(Number));
        }

        var third = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromMinutes(1));
        Raise(4, 60);
        using var subscription = _hub.Subscribe(EventFilter.All);
        _hub.Raise(Event(61));

        Assert.Equal(Numbers(11, 60), subscription.Before.Select(Number));
        Assert.Equal(third.AddMinutes(1), subscription.Before[0].At);
        Assert.Equal(61, Assert.Single(await Take(subscription, 1)));
    }

    [Fact]
    public void Names_are_told_by_whole_words()
    {
        Assert.True(Lets("task.finished"));
        Assert.True(Lets("task"));
        Assert.True(Lets("task."));
        Assert.True(Lets("user", "task"));
        Assert.False(Lets("task.fin"));
        Assert.False(Lets("tas"));
        Assert.False(Lets("task.finished.early"));
        Assert.False(Lets("Task"));

        static bool Lets(params string[] names) => new EventFilter { Names = names }.Lets(Event(1));
    }

    [Fact]
    public void A_user_sees_what_concerns_that_user_alone()
    {
        var filter = new EventFilter { User = "ayse" };

        Assert.True(filter.Lets(new UserLoggedOut("ayse")));
        Assert.True(filter.Lets(new PolicyApplied(1, "1", "usb", "ayse", "processed")));
        Assert.False(filter.Lets(new UserLoggedOut("ayse2")));
        Assert.False(filter.Lets(new PolicyApplied(1, "1", "usb", null, "processed")));
        Assert.False(filter.Lets(Event(1)));
        Assert.False(filter.Lets(new PluginRaised("ayse", "x", """{"user":"ayse"}""")));
    }

    [Fact]
    public void Where_nobody_listens_an_event_costs_nothing_but_itself()
    {
        var hub = new EventHub(TimeProvider.System);
        var happened = Event(1);
        hub.Raise(happened);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var since = TimeProvider.System.GetTimestamp();
        for (var count = 0; count < 100_000; count++)
        {
            hub.Raise(happened);
        }

        var elapsed = TimeProvider.System.GetElapsedTime(since);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        TestContext.Current.TestOutputHelper!.WriteLine($"{elapsed.TotalNanoseconds / 100_000:0} ns an event");
    }

    private static TaskFinished Event(long number) => new(number, "probe", "RUN", "TASK_PROCESSED");

    private static long Number(RaisedEvent raised) => Assert.IsType<TaskFinished>(raised.Event).Task;

    private static IEnumerable<long> Numbers(int first, int last) => Enumerable.Range(first, last - first + 1).Select(number => (long)number);

    private static async Task<long[]> Take(IEventSubscription subscription, int count) =>
        await subscription.ReadAllAsync(Token).Take(count).Select(Number).ToArrayAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);

    private void Raise(long first, long last)
    {
        for (var number = first; number <= last; number++)
        {
            _hub.Raise(Event(number));
        }
    }
}
