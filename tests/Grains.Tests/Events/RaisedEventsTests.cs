using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.People;
using Ahenk.Grains.Tests.Policies;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests.Events;

/// <summary>What grains raise, and when.</summary>
[Trait("Category", "Unit")]
public sealed class RaisedEventsTests
{
    [Fact]
    public async Task A_task_that_is_taken_in_and_answered()
    {
        await using var silo = await GrainCluster.StartAsync();
        using var events = silo.Events.Subscribe(EventFilter.All);

        await silo.Send(Given.Incoming(7));
        Assert.Equal(AcceptOutcome.Duplicate, await silo.Task(7).Accept(Given.Incoming(7)));

        Assert.Equal([new TaskAccepted(7, "probe", "RUN", null), new TaskFinished(7, "probe", "RUN", "TASK_PROCESSED")], await Take(events, 2));
        await silo.Task(8).Reject(new RejectedTask("it has no plugin", Given.Now, 1, null));
        Assert.Equal([new TaskFinished(8, null, null, "TASK_ERROR")], await Take(events, 1));
    }

    [Fact]
    public async Task A_registration_and_its_end()
    {
        await using var silo = await GrainCluster.StartAsync();
        using var events = silo.Events.Subscribe(EventFilter.All);

        var draft = await silo.Agent.PrepareRegistration(new RegistrationOrder { User = "admin", UserPassword = "secret" });
        await silo.Agent.MarkRegistered("{}", "cn=pc-7");
        await silo.Agent.MarkUnregistered();

        Assert.Equal([new AgentRegistered(draft.Identity.Name, "cn=pc-7"), new AgentUnregistered(draft.Identity.Name)], await Take(events, 2));
    }

    [Fact]
    public async Task A_registration_that_could_not_be_stored_is_none()
    {
        await using var silo = await GrainCluster.StartAsync();
        using var events = silo.Events.Subscribe(EventFilter.All);
        silo.GrainStorage.WritesFail = true;

        await Assert.ThrowsAnyAsync<Exception>(() => silo.Agent.MarkRegistered("{}", "cn=lost"));
        silo.GrainStorage.WritesFail = false;
        await silo.Agent.MarkRegistered("{}", "cn=pc-7");

        Assert.Equal("cn=pc-7", Assert.IsType<AgentRegistered>((await Take(events, 1))[0]).Dn);
    }

    [Fact]
    public async Task A_user_who_comes_and_goes()
    {
        var world = new PeopleWorld();
        await using var agent = await PeopleCluster.StartAsync(world);
        using var events = agent.Events.Subscribe(new EventFilter { User = "ayse" });
        var login = new UserLogin { Domain = "LIDER", Display = ":0", RemoteHost = "10.0.3.4" };

        await agent.User("ayse").Login(login);
        await world.Journal.When(@"policies enter LIDER\ayse");
        await agent.User("ayse").Logout();
        await world.Journal.When("out ayse");

        Assert.Equal([new UserLoggedIn("ayse", login), new UserLoggedOut("ayse")], await Take(events, 2));
    }

    [Fact]
    public async Task Each_profile_that_is_applied()
    {
        await using var scene = await PolicyScene.StartAsync();
        using var events = scene.Silo.Events.Subscribe(new EventFilter { Names = ["policy"] });

        await scene.Login("ayse", PolicyScene.List("ayse", PolicyScene.Policy(11, 1, PolicyScene.Profile(1, "usb"))));

        var applied = Assert.IsType<PolicyApplied>(Assert.Single(await Take(events, 1)));
        Assert.Equal((11, "usb", "ayse", "processed"), (applied.Policy, applied.Plugin, applied.Whose, applied.Result));
    }

    private static async Task<AgentEvent[]> Take(IEventSubscription events, int count) => await events.ReadAllAsync(TestContext.Current.CancellationToken)
        .Take(count).Select(raised => raised.Event).ToArrayAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
}
