using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.People;

[Trait("Category", "Unit")]
public sealed class UserSessionTests
{
    private readonly PeopleWorld _world = new();

    [Fact]
    public async Task A_user_comes_and_goes_in_the_order_that_Lider_and_plugins_expect()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        var user = agent.User("ayse");

        await user.Login(new UserLogin { Domain = "LIDER", Display = ":0", RemoteHost = "10.0.3.4" });
        await _world.Journal.When(@"policies enter LIDER\ayse");
        Assert.Equal(UserStage.In, (await user.GetReport()).Stage);
        await user.Logout();
        await _world.Journal.When("out ayse");

        Assert.Equal(
            [
                "message LOGIN", @"Mode conky Safe LIDER\ayse", @"Mode conky Login LIDER\ayse", @"policies enter LIDER\ayse",
                "policies leave ayse", @"Mode conky Logout LIDER\ayse", @"Mode conky Safe LIDER\ayse", "policies undone ayse", "message LOGOUT",
            ],
            _world.Happened.Where(line => !line.Contains("script", StringComparison.Ordinal)));
        Assert.Equal(2, _world.Journal.Count(@"Mode script Safe LIDER\ayse"));
        Assert.Equal(UserStage.Out, (await user.GetReport()).Stage);
    }

    [Fact]
    public async Task Login_brings_everything_that_the_server_cannot_do_without()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);

        await agent.User("ayse").Login(new UserLogin { Domain = "LIDER", RemoteHost = "10.0.3.4" });
        await _world.Journal.When(@"policies enter LIDER\ayse");
        await agent.User("ayse").Logout();
        await _world.Journal.When("out ayse");

        var login = JsonNode.Parse(_world.Messages[0])!.AsObject();
        login.Remove("timestamp");
        Assert.Equal(
            """{"type":"LOGIN","username":"ayse","hostname":"pc-7","ipAddresses":"10.0.0.5,10.0.0.6","userIp":"10.0.3.4","osVersion":"23.2","agentVersion":"3.0.0","diskTotal":2147483647,"diskUsed":7,"diskFree":0,"memory":7870,"hardwareDiskSsdInfo":"[{\u0022name\u0022:\u0022sda\u0022,\u0022type\u0022:\u0022SSD\u0022,\u0022total\u0022:10,\u0022used\u0022:5}]","hardwareDiskHddInfo":"[]"}""",
            login.ToJsonString());
        var logout = JsonNode.Parse(_world.Messages[1])!.AsObject();
        Assert.Equal(("LOGOUT", "ayse", "10.0.3.4"), ((string?)logout["type"], (string?)logout["username"], (string?)logout["userIp"]));
    }

    [Fact]
    public async Task Who_is_in_already_is_not_announced_again()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("policies enter ayse");

        await agent.User("ayse").Login(new UserLogin { Display = ":1" });
        await agent.User("ayse").Logout();
        await _world.Journal.When("out ayse");

        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task Users_come_and_go_beside_each_other()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        string[] users = ["ayse", "mehmet", "zeynep"];

        for (var round = 1; round <= 5; round++)
        {
            await Task.WhenAll(users.Select(user => agent.User(user).Login(new UserLogin())));
            await Task.WhenAll(users.Select(user => _world.Journal.When($"policies enter {user}", round)));
            await Task.WhenAll(users.Select(user => agent.User(user).Logout()));
            await Task.WhenAll(users.Select(user => _world.Journal.When($"out {user}", round)));
        }

        Assert.Equal((15, 15), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task A_login_on_the_way_out_waits_until_the_user_is_out()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        var user = agent.User("ayse");
        await user.Login(new UserLogin { Display = ":0" });
        await _world.Journal.When("policies enter ayse");
        _world.Host.Hold();
        await user.Logout();
        await _world.Journal.When("Mode conky Logout ayse held");

        await user.Login(new UserLogin { Domain = "LIDER", Display = ":1" });
        Assert.Equal(UserStage.LeavingModes, (await user.GetReport()).Stage);
        _world.Host.Release();
        await _world.Journal.When(@"policies enter LIDER\ayse");

        Assert.Equal(["LOGIN", "LOGOUT", "LOGIN"], _world.Messages.Select(body => (string)JsonNode.Parse(body)!["type"]!));
        Assert.Equal(2, _world.Journal.Count("Mode script Safe ayse"));
    }

    [Fact]
    public async Task A_logout_while_the_modes_run_lets_them_end_and_undoes_them()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        _world.Host.Hold();
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("Mode conky Safe ayse held");

        await agent.User("ayse").Logout();
        _world.Host.Release();
        await _world.Journal.When("out ayse");

        Assert.DoesNotContain("policies enter ayse", _world.Happened);
        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
        Assert.Equal(
            ["Mode conky Safe ayse", "Mode conky Login ayse", "Mode conky Logout ayse", "Mode conky Safe ayse"],
            _world.Happened.Where(line => line.StartsWith("Mode conky", StringComparison.Ordinal) && !line.EndsWith("held", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_delays_the_way_and_runs_nothing_twice()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("policies enter ayse");
        _world.Host.Hold();
        await agent.User("ayse").Logout();
        await _world.Journal.When("Mode conky Logout ayse held");

        _world.Store.FailNext(3);
        _world.Host.Release();
        await agent.When("out ayse");

        Assert.Equal(1, _world.Journal.Count("Mode conky Logout ayse"));
        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task A_login_that_cannot_be_stored_is_refused()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        _world.Store.FailNext(1);

        await Assert.ThrowsAnyAsync<Exception>(() => agent.User("ayse").Login(new UserLogin()));

        Assert.Equal(UserStage.Out, (await agent.User("ayse").GetReport()).Stage);
        Assert.Empty(_world.Store.Documents);
    }

    [Fact]
    public async Task On_a_machine_that_is_not_registered_nobody_is_asked_or_told_and_modes_run_all_the_same()
    {
        _world.Agreement.Text = "Be good.";
        await using var agent = await PeopleCluster.StartAsync(_world, isRegistered: false);

        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("policies enter ayse");
        await agent.User("ayse").Logout();
        await _world.Journal.When("out ayse");

        Assert.Empty(_world.Messages);
        Assert.DoesNotContain("ask ayse Be good.", _world.Happened);
        Assert.Equal(1, _world.Journal.Count("Mode conky Login ayse"));
    }

    [Fact]
    public async Task Lider_makes_a_user_an_administrator_until_logout()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await _world.Journal.When("administrators []");
        await agent.User("ayse").Login(new UserLogin { Domain = "LIDER" });
        await _world.Journal.When(@"policies enter LIDER\ayse");

        await agent.User("ayse").GrantAdministration();
        await _world.Journal.When(@"administrators [LIDER\ayse]");
        Assert.True((await agent.User("ayse").GetReport()).IsAdministrator);
        _world.Host.Hold();
        await agent.User("ayse").Logout();

        await _world.Journal.When("administrators []", 2);
        Assert.False((await agent.User("ayse").GetReport()).IsAdministrator);
        _world.Host.Release();
    }

    [Fact]
    public async Task Who_is_not_logged_in_or_not_known_becomes_no_administrator()
    {
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await _world.Journal.When("administrators []");

        await agent.User("ayse").GrantAdministration();
        await agent.User("nobody").Login(new UserLogin());
        await _world.Journal.When("policies enter nobody");
        await agent.User("nobody").GrantAdministration();
        await _world.Journal.When("administrators []", 2);

        Assert.DoesNotContain(_world.Happened, line => line.StartsWith("administrators", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_idle_user_needs_no_grain_and_is_found_again()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("policies enter ayse");
        var since = (await agent.User("ayse").GetReport()).Since;

        await agent.Deactivate("ayse");

        Assert.Equal(new UserReport("ayse", UserStage.In, since, false), await agent.User("ayse").GetReport());
        await agent.User("ayse").Logout();
        await _world.Journal.When("out ayse");
        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task What_is_stored_and_cannot_be_read_does_not_keep_the_user_out()
    {
        await _world.Store.SaveAsync([new Document(new DocumentKey(DocumentKinds.Session, "ayse"), "{nonsense")], []);
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);

        await agent.User("ayse").Login(new UserLogin());

        await _world.Journal.When("policies enter ayse");
    }
}
