using Ahenk.Grains.Tests.Rig;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Policies;

[Trait("Category", "Unit")]
public sealed class LiderOrdersTests : IAsyncLifetime
{
    private PolicyScene _scene = null!;

    public async ValueTask InitializeAsync() => _scene = await PolicyScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Schedules_end_with_their_reminders_and_nothing_of_them_runs_any_more()
    {
        await _scene.Silo.Send(Given.Incoming(7, cron: "30 12 * * *"));
        await _scene.Silo.Send(Given.Incoming(8, cron: "0 13 * * *"));

        await _scene.Silo.Orders.ForgetAsync();
        await _scene.Silo.Ring(7);
        await _scene.Silo.Pass(TimeSpan.FromDays(1));

        Assert.Empty(_scene.Silo.Host.Started);
        Assert.Null(_scene.Silo.Reminders[7]);
        Assert.Null(_scene.Silo.Reminders[8]);
    }

    [Fact]
    public async Task Policies_of_users_who_are_in_and_out_are_forgotten_and_not_applied_at_the_next_login()
    {
        await _scene.Login("bora", List("bora", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Logout("bora");
        await _scene.Login("ayse", List("ayse", Policy(2, 1, Profile(2, "conky"))));
        await _scene.WhenReported(2);
        await _scene.Silo.Agent.MarkUnregistered();

        await _scene.Silo.Orders.ForgetAsync();
        await _scene.Logout("ayse");

        Assert.DoesNotContain(_scene.Store.Documents, document => document.Value.Contains("conky", StringComparison.Ordinal) || document.Value.Contains("usb", StringComparison.Ordinal));
        Assert.Empty((await _scene.Of("ayse").Explain()).Policies);
        Assert.Empty((await _scene.Of("bora").Explain()).Policies);
        Assert.Empty((await _scene.Of(Machine).Explain()).Policies);
    }
}
