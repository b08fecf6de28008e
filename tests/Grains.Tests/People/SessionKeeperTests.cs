using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.People;

[Trait("Category", "Unit")]
public sealed class SessionKeeperTests
{
    private readonly PeopleWorld _world = new();

    [Fact]
    public async Task A_login_that_nobody_told_of_is_found()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);

        _world.Machine.SetSessions(
            PeopleMachine.Session("ayse") with { Type = SessionType.Tty, Display = null, Terminal = "tty2" },
            PeopleMachine.Session(@"LIDER\mehmet"),
            PeopleMachine.Session("Debian-gdm"),
            PeopleMachine.Session("cron") with { Class = SessionClass.Background },
            PeopleMachine.Session("old") with { State = SessionState.Closing });
        await agent.When("policies enter ayse");
        await agent.When(@"policies enter LIDER\mehmet");
        _world.Machine.SetUsers("ayse");
        await agent.When("out mehmet");

        Assert.Equal((2, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task A_login_is_taken_in_without_looking_at_anything()
    {
        _world.Machine.ListFailure = new IOException("logind hangs");
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);

        Assert.True(await agent.Keeper.LoginAsync(@"LIDER\ayse", new UserLogin()));

        Assert.Contains("stored ayse Agreement", _world.Journal.Lines);
    }

    [Theory]
    [InlineData("gdm")]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData(@"\")]
    public async Task Who_can_be_nobody_is_not_taken_in(string name)
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);

        Assert.False(await agent.Keeper.LoginAsync(name, new UserLogin()));
        Assert.False(await agent.Keeper.LogoutAsync(name));

        Assert.Empty(_world.Store.Documents);
    }

    [Fact]
    public async Task The_domain_may_come_beside_the_name()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);

        await agent.Keeper.LoginAsync("ayse", new UserLogin { Domain = "LIDER" });
        await agent.Keeper.LoginAsync("mehmet", new UserLogin { Domain = "no/domain" });

        await agent.When(@"policies enter LIDER\ayse");
        await agent.When("policies enter mehmet");
    }

    [Fact]
    public async Task A_logout_that_comes_before_the_list_knows_is_found_without_another_sign()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await agent.Keeper.LoginAsync("ayse", new UserLogin());
        _world.Machine.SetUsers("ayse");
        await agent.When("policies enter ayse");
        await agent.WhenSeen("ayse");

        await agent.Keeper.LogoutAsync("ayse");
        _world.Machine.SetUsersSilently();
        await agent.When("out ayse");

        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task One_of_two_sessions_ends_and_the_user_stays()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await agent.Keeper.LoginAsync("ayse", new UserLogin());
        await agent.Keeper.LoginAsync("ayse", new UserLogin());
        _world.Machine.SetSessions(PeopleMachine.Session("ayse"), PeopleMachine.Session("ayse") with { Id = "c2" });
        await agent.When("policies enter ayse");
        await agent.WhenSeen("ayse");

        await agent.Keeper.LogoutAsync("ayse");
        _world.Machine.SetUsers("ayse");
        await agent.LookLater();

        Assert.Equal(UserStage.In, (await agent.User("ayse").GetReport()).Stage);
        Assert.Equal(0, _world.CountOf("LOGOUT"));
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_logs_nobody_out()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        _world.Machine.SetUsers("ayse");
        await agent.When("policies enter ayse");

        _world.Machine.ListFailure = new IOException("logind hangs");
        await agent.Keeper.LogoutAsync("ayse");
        await agent.LookLater();
        Assert.Equal(UserStage.In, (await agent.User("ayse").GetReport()).Stage);

        _world.Machine.ListFailure = null;
        _world.Machine.SetUsers();
        await agent.When("out ayse");
    }

    [Fact]
    public async Task A_login_that_could_not_be_stored_is_made_good_by_the_list()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        _world.Store.FailNext(1);
        await Assert.ThrowsAnyAsync<Exception>(() => agent.Keeper.LoginAsync("ayse", new UserLogin()));

        _world.Machine.SetUsers("ayse");

        await agent.When("policies enter ayse");
    }

    [Fact]
    public async Task What_the_hook_wrote_down_is_taken_in_at_the_start()
    {
        var at = _world.Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds();
        _world.Machine.Spooled = new SpooledLogins(
        [
            $"login\tLIDER\\ayse\tgnome\t:0\t{at}",
            $"login\tmehmet\t-\tssh\t{at}",
            $"logout\tmehmet\t-\t-\t{at}",
            $"login\tgdm\t-\t-\t{at}",
            "login\t../../etc\t-\t-\t1",
            "login\troot\t-\t-\tnever",
            "reboot\troot\t-\t-\t1",
            "\t\t\t\t",
        ]);

        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await agent.When(@"policies enter LIDER\ayse");
        await agent.When("forget");

        Assert.Equal(1, _world.CountOf("LOGIN"));
        Assert.Equal(["ayse"], _world.Store.Documents.Keys.Select(key => key.Name));
    }

    [Fact]
    public async Task A_login_that_was_written_down_and_is_in_the_list_is_one_login()
    {
        _world.Machine.Spooled = new SpooledLogins([$"login\tayse\tgnome\t:0\t{_world.Clock.GetUtcNow().ToUnixTimeSeconds()}"]);
        _world.Machine.SetUsers("ayse");

        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await agent.When("policies enter ayse");
        await agent.WhenSeen("ayse");
        _world.Machine.SetUsers();
        await agent.When("out ayse");

        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task Lines_that_cannot_be_stored_stay()
    {
        _world.Machine.Spooled = new SpooledLogins([$"login\tayse\tgnome\t:0\t{_world.Clock.GetUtcNow().ToUnixTimeSeconds()}"]);
        _world.Store.FailNext(1);

        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await agent.When("policies enter ayse");
        await agent.When("forget");
    }
}
