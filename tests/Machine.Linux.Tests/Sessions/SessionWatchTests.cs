using Ahenk.Machine.Linux.Sessions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Integration")]
public sealed class SessionWatchTests : IDisposable
{
    /// <summary>How far the clock moves while something is expected, and while nothing is.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Stride = TimeSpan.FromSeconds(5);

    private readonly string _root = Directory.CreateTempSubdirectory("ahenk-watch-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly SessionWatch _watch;

    public SessionWatchTests() => _watch = New();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Sessions => $"{_root}/run/systemd/sessions";

    private string Utmp => $"{_root}/run/utmp";

    public void Dispose()
    {
        _watch.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_call_completes_soon_because_nobody_has_looked_before(bool hasLogind)
    {
        if (hasLogind)
        {
            Directory.CreateDirectory(Sessions);
        }

        Assert.InRange(await WaitAsync(Step), TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("change")]
    [InlineData("rename")]
    [InlineData("delete")]
    public async Task A_session_that_comes_changes_or_goes_is_noticed(string what)
    {
        Directory.CreateDirectory(Sessions);
        await File.WriteAllTextAsync($"{Sessions}/c1", "STATE=online", Token);
        await WaitAsync(Step);

        var wait = _watch.WaitForChangeAsync(Token);
        switch (what)
        {
            case "create":
                await File.WriteAllTextAsync($"{Sessions}/2", "", Token);
                break;
            case "change":
                await File.AppendAllTextAsync($"{Sessions}/c1", "STATE=active", Token);
                break;
            case "rename":
                // As logind writes: a file of another name that takes the place of the old one.
                await File.WriteAllTextAsync($"{Sessions}/.#c1", "STATE=active", Token);
                File.Move($"{Sessions}/.#c1", $"{Sessions}/c1", overwrite: true);
                break;
            default:
                File.Delete($"{Sessions}/c1");
                break;
        }

        Assert.InRange(await AdvanceUntil(wait, Step), SessionWatch.Quiet, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_change_between_two_calls_is_not_lost()
    {
        Directory.CreateDirectory(Sessions);
        await WaitAsync(Step);
        await File.WriteAllTextAsync($"{Sessions}/1", "", Token);

        await NoticedAsync();
    }

    [Fact]
    public async Task Many_changes_are_one_and_quiet_lasts_ten_minutes()
    {
        const int Many = 300;
        Directory.CreateDirectory(Sessions);
        var heard = 0;
        using var watch = New((path, changed) => new DirectoryWatch(path, () =>
        {
            changed();
            Interlocked.Increment(ref heard);
        }));
        await AdvanceUntil(watch.WaitForChangeAsync(Token), Step);

        var wait = watch.WaitForChangeAsync(Token);
        foreach (var number in Enumerable.Range(0, Many))
        {
            await File.WriteAllTextAsync($"{Sessions}/{number}", "", Token);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Volatile.Read(ref heard) < Many)
        {
            limit.Token.ThrowIfCancellationRequested();
            await LetRunAsync(wait);
        }

        Assert.False(wait.IsCompleted);
        Assert.InRange(await AdvanceUntil(wait, Step), SessionWatch.Quiet, TimeSpan.FromMinutes(5));
        Assert.InRange(await AdvanceUntil(watch.WaitForChangeAsync(Token), Stride), SessionWatch.Longest, SessionWatch.Longest + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Changes_without_end_are_waited_for_only_so_long()
    {
        var changed = default(Action);
        Directory.CreateDirectory(Sessions);
        using var watch = New((path, action) => new DirectoryWatch(path, changed = action));
        await AdvanceUntil(watch.WaitForChangeAsync(Token), Step);

        var wait = watch.WaitForChangeAsync(Token);
        var steps = 0;
        for (; !wait.IsCompleted; steps++)
        {
            changed!();
            _time.Advance(Step);
            await LetRunAsync(wait);
        }

        Assert.InRange(steps * Step, SessionWatch.LongestUnrest, SessionWatch.LongestUnrest + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_directory_may_appear_later_and_be_exchanged()
    {
        await SettleAsync();
        Directory.CreateDirectory(Sessions);
        await NoticedAsync();
        await HeardAsync("1");

        // The file system may give the new one the number of the old one.
        Directory.Delete(Sessions, recursive: true);
        Directory.CreateDirectory(Sessions);
        await NoticedAsync();
        await HeardAsync("2");

        Directory.Delete($"{_root}/run", recursive: true);
        await NoticedAsync();
        await SettleAsync();
        Directory.CreateDirectory(Sessions);
        await NoticedAsync();
        await HeardAsync("3");
    }

    [Fact]
    public async Task Without_logind_a_change_of_utmp_is_noticed()
    {
        Directory.CreateDirectory($"{_root}/run");
        await WaitAsync(Step);

        await File.WriteAllTextAsync(Utmp, "one", Token);
        await NoticedAsync();

        // The same length at another time.
        await File.WriteAllTextAsync(Utmp, "two", Token);
        File.SetLastWriteTimeUtc(Utmp, DateTime.UnixEpoch);
        await NoticedAsync();

        File.Delete(Utmp);
        await NoticedAsync();

        Assert.InRange(await WaitAsync(Stride), SessionWatch.Longest, SessionWatch.Longest + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_kernel_that_watches_no_more_directories_is_made_up_for()
    {
        Directory.CreateDirectory(Sessions);
        var refusals = 0;
        using var watch = New((_, _) =>
        {
            refusals++;
            throw new IOException("The configured user limit on the number of inotify instances has been reached.");
        });
        await AdvanceUntil(watch.WaitForChangeAsync(Token), Step);

        await File.WriteAllTextAsync($"{Sessions}/1", "", Token);
        Assert.InRange(await AdvanceUntil(watch.WaitForChangeAsync(Token), Step), TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.InRange(refusals, 2, 20);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_loses_no_change()
    {
        Directory.CreateDirectory(Sessions);
        await WaitAsync(Step);
        using var stop = new CancellationTokenSource();
        var wait = _watch.WaitForChangeAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        await HeardAsync("1");
    }

    private SessionWatch New(Func<string, Action, DirectoryWatch>? start = null) =>
        start is null ? new(_time, NullLogger<SessionWatch>.Instance, _root) : new(_time, NullLogger<SessionWatch>.Instance, _root) { Start = start };

    /// <summary>A file in the directory, after a time without change, is noticed: by inotify, for nothing else looks into it.</summary>
    private async Task HeardAsync(string session)
    {
        await SettleAsync();
        await File.WriteAllTextAsync($"{Sessions}/{session}", "", Token);
        await NoticedAsync();
    }

    private async Task NoticedAsync() => Assert.InRange(await WaitAsync(Step), TimeSpan.Zero, TimeSpan.FromMinutes(9));

    /// <summary>Waits until there is nothing left to be noticed.</summary>
    private async Task SettleAsync()
    {
        while (await WaitAsync(Stride) < SessionWatch.Longest)
        {
        }
    }

    private Task<TimeSpan> WaitAsync(TimeSpan step) => AdvanceUntil(_watch.WaitForChangeAsync(Token), step);

    /// <summary>Moves the clock on until a call completes.</summary>
    /// <returns>How far it was moved; more than needed when the machine is slow.</returns>
    private async Task<TimeSpan> AdvanceUntil(Task call, TimeSpan step)
    {
        var start = _time.GetUtcNow();
        while (!call.IsCompleted)
        {
            _time.Advance(step);
            await LetRunAsync(call);
        }

        await call;
        return _time.GetUtcNow() - start;
    }

    /// <summary>Lets others run: a timer that is not set yet when the clock moves is met by the next step.</summary>
    private static async Task LetRunAsync(Task call)
    {
        using var step = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(2), step.Token));
        await step.CancelAsync();
    }
}
