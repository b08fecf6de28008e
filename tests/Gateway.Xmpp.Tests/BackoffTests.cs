using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>How long the client waits before it tries again.</summary>
[Trait("Category", "Unit")]
public sealed class BackoffTests
{
    private const double AlmostAll = 0.999_999;

    private readonly FakeTimeProvider _clock = Clock.New();

    [Fact]
    public async Task Ceiling_doubles_from_one_second_to_five_minutes()
    {
        await using var scene = StartUnreachable(new FixedRandom(AlmostAll));
        var delays = await DelaysAsync(scene.Running, 12);

        double[] ceilings = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300];
        Assert.All(delays.Zip(ceilings), pair => Assert.InRange(pair.First, pair.Second * 0.99, pair.Second));
    }

    [Fact]
    public async Task Delay_is_drawn_from_the_whole_range()
    {
        await using var scene = StartUnreachable(new FixedRandom(0.25));
        var delays = await DelaysAsync(scene.Running, 6);

        double[] ceilings = [1, 2, 4, 8, 16, 32];
        Assert.All(delays.Zip(ceilings), pair => Assert.InRange(pair.First, pair.Second * 0.24, pair.Second * 0.26));
    }

    [Fact]
    public async Task Seeded_delays_differ_from_each_other_and_stay_below_the_ceiling()
    {
        await using var scene = StartUnreachable(new Random(4711));
        var delays = await DelaysAsync(scene.Running, 20);

        Assert.All(delays, delay => Assert.InRange(delay, 0, 300));
        Assert.True(delays.Distinct().Count() > 15, "the delays hardly differ");
    }

    [Fact]
    public async Task Unreachable_server_is_told_with_its_address()
    {
        await using var scene = StartUnreachable(new FixedRandom(AlmostAll));

        var status = await scene.Running.WaitForStatusAsync(now => now.Phase == XmppPhase.Waiting, "the first wait");

        Assert.Equal(XmppFailureKind.Unreachable, status.LastFailure!.Kind);
        Assert.Equal(XmppPhase.Connecting, status.LastFailure.During);
        Assert.Contains("127.0.0.1", status.LastFailure.Message, StringComparison.Ordinal);
        Assert.Equal(_clock.GetUtcNow(), status.LastFailure.At);
    }

    [Fact]
    public async Task Session_that_falls_at_once_does_not_reset_the_delay()
    {
        await using var scene = Scene.Start(WithDefaultBackoff, time: _clock, random: new FixedRandom(AlmostAll));
        for (var round = 0; round < 4; round++)
        {
            var connection = await scene.Server.AcceptSessionAsync(Resumable);
            await scene.Handler.NextSessionAsync();
            connection.Cut();
            var delay = await NextDelayAsync(scene.Running);
            Assert.InRange(delay, Math.Pow(2, round) * 0.99, Math.Pow(2, round));
            _clock.Advance(TimeSpan.FromSeconds(delay) + TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public async Task Stable_session_resets_the_delay()
    {
        await using var scene = Scene.Start(WithDefaultBackoff, time: _clock, random: new FixedRandom(AlmostAll));
        for (var round = 0; round < 3; round++)
        {
            (await scene.Server.AcceptAsync()).Cut();
            _clock.Advance(TimeSpan.FromSeconds(await NextDelayAsync(scene.Running)) + TimeSpan.FromMilliseconds(1));
        }

        var connection = await scene.Server.AcceptSessionAsync(Resumable);
        await scene.Running.NextSessionAsync();
        _clock.Advance(TimeSpan.FromSeconds(31));
        connection.Cut();

        Assert.InRange(await NextDelayAsync(scene.Running), 0.99, 1);
    }

    [Fact]
    public async Task Refused_password_is_retried_slowly_and_shown()
    {
        await using var scene = Scene.Start(WithDefaultBackoff, time: _clock, random: new FixedRandom(AlmostAll));
        for (var round = 0; round < 3; round++)
        {
            var delay = await RefuseAsync(scene);

            Assert.True(delay >= 300, $"retried after {delay} s");
            Assert.Equal(XmppFailureKind.NotAuthorized, scene.Client.Status.LastFailure!.Kind);
        }
    }

    [Theory]
    [InlineData(0, 20, 60)]
    [InlineData(0.5, 30, 90)]
    [InlineData(AlmostAll, 40, 120)]
    public async Task Account_that_has_logged_in_before_is_tried_again_soon_twice(double chance, double first, double second)
    {
        await using var scene = Scene.Start(
            options => WithDefaultBackoff(options) with { HasLoggedIn = true }, time: _clock, random: new FixedRandom(chance));

        Assert.Equal(first, await RefuseAsync(scene), 0.01);
        Assert.Equal(second, await RefuseAsync(scene), 0.01);
        for (var round = 0; round < 3; round++)
        {
            var delay = await RefuseAsync(scene);
            Assert.True(delay >= 300, $"retried after {delay} s");
        }
    }

    [Fact]
    public async Task Refusals_in_a_row_take_more_than_an_hour_to_become_twenty()
    {
        await using var scene = Scene.Start(
            options => WithDefaultBackoff(options) with { HasLoggedIn = true }, time: _clock, random: new FixedRandom(0));
        var passed = 0.0;
        for (var refusals = 1; refusals < 20; refusals++)
        {
            passed += await RefuseAsync(scene);
        }

        Assert.True(passed > 3600, $"20 refusals within {passed} s");
    }

    [Fact]
    public async Task Account_whose_session_was_lost_is_tried_again_soon_when_it_is_refused()
    {
        await using var scene = Scene.Start(WithDefaultBackoff, time: _clock, random: new FixedRandom(0));
        (await scene.Server.AcceptSessionAsync()).Cut();

        // The connection was lost: with this chance the next attempt is immediate.
        Assert.Equal(20, await RefuseAsync(scene), 0.01);
        Assert.Equal(60, await RefuseAsync(scene), 0.01);
        Assert.True(await RefuseAsync(scene) >= 300);
    }

    [Fact]
    public async Task Only_a_stable_session_brings_the_soon_attempts_back()
    {
        await using var scene = Scene.Start(
            options => WithDefaultBackoff(options) with { HasLoggedIn = true }, time: _clock, random: new FixedRandom(0));
        await RefuseAsync(scene);
        await RefuseAsync(scene);
        (await scene.Server.AcceptSessionAsync()).Cut();
        Assert.True(await RefuseAsync(scene) >= 300);

        var connection = await scene.Server.AcceptSessionAsync(Resumable);
        while (!(await scene.Running.NextSessionAsync()).Resumed)
        {
            // The session that fell at once.
        }

        _clock.Advance(TimeSpan.FromSeconds(31));
        connection.Cut();
        Assert.Equal(20, await RefuseAsync(scene), 0.01);
    }

    [Fact]
    public async Task Conflict_is_retried_slowly_and_shown()
    {
        await using var scene = Scene.Start(WithDefaultBackoff, time: _clock, random: new FixedRandom(0));
        var connection = await scene.Server.AcceptSessionAsync();
        await scene.Handler.NextSessionAsync();
        await connection.WriteAsync("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");

        var delay = await NextDelayAsync(scene.Running);

        Assert.True(delay >= 300, $"retried after {delay} s");
        Assert.Equal(XmppFailureKind.Conflict, scene.Client.Status.LastFailure!.Kind);
    }

    [Fact]
    public async Task Status_tells_the_session_and_keeps_the_last_failure()
    {
        await using var scene = Scene.Start(WithDefaultBackoff, time: _clock, random: new FixedRandom(AlmostAll));
        var first = await scene.Server.AcceptAsync();
        await first.ReadAsync("the stream's opening");
        first.Cut();
        Assert.Equal(1, scene.Client.Status.Attempts);
        _clock.Advance(TimeSpan.FromSeconds(await NextDelayAsync(scene.Running)) + TimeSpan.FromMilliseconds(1));
        await scene.Server.AcceptSessionAsync();
        await scene.Handler.NextSessionAsync();

        var status = await scene.Running.WaitForStatusAsync(now => now.Phase == XmppPhase.Online, "the session");

        Assert.Equal(_clock.GetUtcNow(), status.OnlineSince);
        Assert.Equal(Jid.Parse("agent@im.liderahenk.org/r1"), status.BoundJid);
        Assert.Equal(XmppFailureKind.ConnectionLost, status.LastFailure!.Kind);
        Assert.Null(status.NextAttemptAt);
        Assert.Contains("PLAIN", status.Connection, StringComparison.Ordinal);
        Assert.DoesNotContain("TLS 1", status.Connection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_while_waiting_is_immediate()
    {
        await using var scene = StartUnreachable(new FixedRandom(AlmostAll));
        await scene.Running.WaitForStatusAsync(now => now.Phase == XmppPhase.Waiting, "the first wait");

        await scene.Running.StopAsync();

        Assert.Equal(XmppPhase.Stopped, scene.Client.Status.Phase);
    }

    [Fact]
    public async Task Second_run_at_the_same_time_is_refused()
    {
        await using var scene = Scene.Start();

        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Client.RunAsync(TestContext.Current.CancellationToken));
    }

    private static SessionScript Resumable => new() { AnswerResume = _ => Steps.Resumed("s1", 1) };

    private static XmppClientOptions WithDefaultBackoff(XmppClientOptions options) => options with
    {
        BackoffFirst = TimeSpan.FromSeconds(1),
        BackoffMost = TimeSpan.FromMinutes(5),
    };

    private Scene StartUnreachable(Random random)
    {
        // Port 1 of loopback: nobody listens there, so the refusal is immediate.
        return Scene.Start(options => WithDefaultBackoff(options) with { Port = 1 }, time: _clock, random: random);
    }

    /// <summary>Refuses the next login, tells the delay that follows, and lets it pass.</summary>
    private async Task<double> RefuseAsync(Scene scene)
    {
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.FailAsync("not-authorized");
        var delay = await NextDelayAsync(scene.Running, XmppFailureKind.NotAuthorized);
        _clock.Advance(TimeSpan.FromSeconds(delay) + TimeSpan.FromMilliseconds(1));
        return delay;
    }

    private async Task<IReadOnlyList<double>> DelaysAsync(RunningClient running, int count)
    {
        var delays = new List<double>();
        while (delays.Count < count)
        {
            delays.Add(await NextDelayAsync(running));
            _clock.Advance(TimeSpan.FromSeconds(delays[^1]) + TimeSpan.FromMilliseconds(1));
        }

        return delays;
    }

    private async Task<double> NextDelayAsync(RunningClient running, XmppFailureKind? kind = null)
    {
        // A wait that is over by the clock is the last one, not the next.
        var status = await running.WaitForStatusAsync(
            now => now.Phase == XmppPhase.Waiting && now.NextAttemptAt >= _clock.GetUtcNow() && (kind is null || now.LastFailure!.Kind == kind),
            "the client to wait before its next attempt");
        return (status.NextAttemptAt!.Value - _clock.GetUtcNow()).TotalSeconds;
    }
}
