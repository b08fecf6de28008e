using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class WatchdogTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(120);

    private readonly Clock _clock = new();
    private readonly Fakes _fakes = new();
    private readonly AliveChecks _checks;
    private readonly Watchdog _watchdog;

    public WatchdogTests()
    {
        var grains = (IGrainFactory)(object)AgentProxy.Make(_fakes);
        _checks = new AliveChecks(grains, _fakes, _fakes, _clock);
        _watchdog = new Watchdog(new ServiceEnvironment("/x", Interval), _checks, _fakes, _clock, NullLogger<Watchdog>.Instance);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _watchdog.StopAsync(CancellationToken.None);
        _watchdog.Dispose();
    }

    [Fact]
    public async Task A_working_agent_is_told_alive_twice_in_an_interval()
    {
        await _watchdog.StartAsync(Token);

        for (var beat = 0; beat < 3; beat++)
        {
            await _fakes.Beats.ReadAsync(Token);
            Assert.Equal(Interval / 2, await NextPause());
            _clock.Advance(Interval / 2);
        }
    }

    [Fact]
    public async Task While_a_part_hangs_nothing_is_told_and_when_it_goes_on_it_is_told_again()
    {
        var hang = new TaskCompletionSource();
        _fakes.OnWrite = () => hang.Task;
        await _watchdog.StartAsync(Token);
        while (_fakes.Writes == 0)
        {
            await Task.Delay(1, Token);
        }

        for (var passed = TimeSpan.Zero; passed < Interval * 2; passed += TimeSpan.FromSeconds(1))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(_fakes.Beats.TryRead(out _));
        Assert.Equal(1, _fakes.Writes);

        _fakes.OnWrite = () => Task.CompletedTask;
        hang.SetResult();
        while (!_fakes.Beats.TryRead(out _))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Token);
        }
    }

    [Fact]
    public async Task The_end_of_the_agent_does_not_wait_for_a_part_that_hangs()
    {
        _fakes.OnWrite = () => new TaskCompletionSource().Task;
        await _watchdog.StartAsync(Token);
        while (_fakes.Writes == 0)
        {
            await Task.Delay(1, Token);
        }

        await _watchdog.StopAsync(Token);

        Assert.True(_watchdog.ExecuteTask!.IsCanceled);
    }

    [Fact]
    public async Task A_full_disk_is_no_reason_to_be_ended()
    {
        _fakes.OnWrite = () => Task.FromException(new StorageException("/x", "The disk is full."));

        Assert.Empty(await _checks.RunAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        _fakes.OnIdentity = () => Task.FromException<AgentIdentity>(new InvalidOperationException("it is stopped"));
        _fakes.OnWrite = () => new TaskCompletionSource().Task;
        _fakes.Stuck = "The connection is stuck.";

        var looking = _checks.RunAsync(TimeSpan.FromSeconds(30), Token);
        while (!looking.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(["The silo failed: it is stopped", "A write did not end within 30 s.", "The connection is stuck."], await looking);
    }

    [Fact]
    public async Task Where_systemd_does_not_ask_nothing_is_done()
    {
        using var idle = new Watchdog(new ServiceEnvironment("/x", null), _checks, _fakes, _clock, NullLogger<Watchdog>.Instance);

        await idle.StartAsync(Token);
        await idle.ExecuteTask!;

        Assert.Equal(0, _fakes.Writes);
    }

    private async Task<TimeSpan> NextPause()
    {
        var limit = Interval / 4;
        TimeSpan pause;
        do
        {
            pause = await _clock.Pauses.ReadAsync(Token);
        }
        while (pause == limit);

        return pause;
    }

    /// <summary>A clock that tells which timers were made.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Pauses => _pauses.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _pauses.Writer.TryWrite(dueTime);
            return timer;
        }
    }

    private sealed class Fakes : IDatabaseProbe, IConnectionWatch, IServiceManager
    {
        private readonly Channel<bool> _beats = Channel.CreateUnbounded<bool>();
        private int _writes;

        public event Action<ConnectionState>? Changed
        {
            add { }
            remove { }
        }

        public ChannelReader<bool> Beats => _beats.Reader;

        public int Writes => Volatile.Read(ref _writes);

        public Func<Task> OnWrite { get; set; } = () => Task.CompletedTask;

        public Func<Task<AgentIdentity>> OnIdentity { get; set; } = () => Task.FromResult(new AgentIdentity());

        public string? Stuck { get; set; }

        public ConnectionState Current => new("online", "pc", true, 0);

        public string? FindStuck() => Stuck;

        public Task WriteAsync()
        {
            Interlocked.Increment(ref _writes);
            return OnWrite();
        }

        public void Ready() => throw new NotSupportedException();

        public void Stopping(TimeSpan most) => throw new NotSupportedException();

        public void Tell(string status) => throw new NotSupportedException();

        public void Alive() => _beats.Writer.TryWrite(true);
    }

    [SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
    private class AgentProxy : DispatchProxy
    {
        private Fakes _fakes = null!;

        public static object Make(Fakes fakes)
        {
            var proxy = Create<IGrainFactory, AgentProxy>();
            ((AgentProxy)(object)proxy)._fakes = fakes;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod is { Name: "GetGrain" })
            {
                var agent = Create<IAgentGrain, AgentProxy>();
                ((AgentProxy)(object)agent)._fakes = _fakes;
                return agent;
            }

            return targetMethod is { Name: nameof(IAgentGrain.GetIdentity) } ? _fakes.OnIdentity() : throw new NotSupportedException(targetMethod?.ToString());
        }
    }
}
