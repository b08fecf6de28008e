using System.Diagnostics;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Users come and go, faster than anybody does, with Lider answering in time, late and not at all.</summary>
public sealed class ComingAndGoingTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(10);

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Two_users_come_and_go_two_hundred_times_and_all_is_in_order()
    {
        await using var coming = await ComingAndGoing.BeginAsync(Random.Shared.Next());

        await coming.RunAsync(times: 100, kills: 0);

        await coming.CheckAsync(leastLogins: 100);
        await coming.CheckOneMoreAsync();
    }

    [Fact]
    [Trait("Category", "Crash")]
    public async Task Two_users_come_and_go_two_hundred_times_and_the_daemon_is_killed_ten_times()
    {
        await using var coming = await ComingAndGoing.BeginAsync(Random.Shared.Next());

        await coming.RunAsync(times: 100, kills: 10);

        await coming.CheckAsync(leastLogins: 80);
        await coming.CheckOneMoreAsync();
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task Users_come_and_go_and_the_daemon_is_killed_again_and_again()
    {
        await using var coming = await ComingAndGoing.BeginAsync(Random.Shared.Next());
        var began = Stopwatch.GetTimestamp();
        var rounds = 0;
        while (Stopwatch.GetElapsedTime(began) < Duration)
        {
            await coming.RunAsync(times: 50, kills: 6, round: ++rounds);
            await coming.CheckAsync(leastLogins: 30 * rounds);
        }

        await coming.CheckOneMoreAsync();
    }
}
