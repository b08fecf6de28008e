using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.People;

/// <summary>The agent dies, everywhere.</summary>
[Trait("Category", "Crash")]
public sealed class SessionCrashTests
{
    private readonly PeopleWorld _world = new();

    /// <summary>
    /// The disk takes so many changes and no more, which is what a crash between two of them leaves behind; by then the user has come and is gone, and the next
    /// run of the agent has to find out by itself.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task After_a_crash_between_any_two_steps_each_login_has_its_logout(int saves)
    {
        await using (var agent = await PeopleCluster.StartKeepingAsync(_world, saves))
        {
            _world.Machine.SetUsers("ayse");
            await Tell("login", () => agent.Keeper.LoginAsync("ayse", new UserLogin()));
            await agent.Passing(_world.Journal.When(journal => journal.Count("dead") > 0 || journal.Count("policies enter ayse") > 0));
            _world.Machine.SetUsers();
            await Tell("logout", () => agent.Keeper.LogoutAsync("ayse"));
            await agent.Passing(_world.Journal.When(journal => journal.Count("dead") > 0 || journal.Count("out ayse") > 0));
        }

        await using var next = await PeopleCluster.StartKeepingAsync(_world);
        await next.Passing(_world.Store.WaitAsync(store => store.Documents.Count == 0));

        Assert.Equal(_world.CountOf("LOGIN"), _world.CountOf("LOGOUT"));
        Assert.InRange(_world.CountOf("LOGIN"), 0, 1);
        var login = _world.Happened.ToList().LastIndexOf("policies enter ayse");
        var undone = _world.Happened.ToList().LastIndexOf("policies undone ayse");
        Assert.True(undone >= login);
    }

    [Fact]
    public async Task Modes_that_were_interrupted_run_again()
    {
        _world.Machine.SetUsers("ayse");
        await using (var agent = await PeopleCluster.StartKeepingAsync(_world))
        {
            _world.Host.Hold();
            await agent.Keeper.LoginAsync("ayse", new UserLogin());
            await _world.Journal.When("Mode conky Safe ayse held");
        }

        Assert.DoesNotContain("policies enter ayse", _world.Happened);
        _world.Host.Release();
        await using var next = await PeopleCluster.StartKeepingAsync(_world);
        await _world.Journal.When("policies enter ayse");

        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.Journal.Count("Mode conky Login ayse")));
    }

    [Fact]
    public async Task Who_stayed_logged_in_keeps_policies_and_rights_without_a_second_login()
    {
        _world.Machine.SetUsers("ayse");
        await using (var agent = await PeopleCluster.StartKeepingAsync(_world))
        {
            await _world.Journal.When("policies enter ayse");
            await agent.User("ayse").GrantAdministration();
            await _world.Journal.When("administrators [ayse]");
        }

        await using var next = await PeopleCluster.StartKeepingAsync(_world);
        await _world.Journal.When("policies resume ayse");
        await _world.Journal.When("administrators [ayse]", 2);

        Assert.Equal((1, 0), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
        Assert.Equal(1, _world.Journal.Count("policies enter ayse"));
    }

    [Fact]
    public async Task Who_left_meanwhile_is_logged_out_and_has_no_rights_any_more()
    {
        await StayAs("ayse");
        _world.Machine.SetUsersSilently();

        await using var next = await PeopleCluster.StartKeepingAsync(_world);
        await _world.Journal.When("out ayse");

        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
        await _world.Journal.When("administrators []", 2);
        Assert.Equal("administrators []", _world.Journal.Lines.Last(line => line.StartsWith("administrators", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_reboot_what_was_before_is_undone_and_who_is_here_has_come_anew(bool isHereAgain)
    {
        await StayAs("ayse");
        _world.Machine.Id = "boot-2";
        _world.Machine.SetUsersSilently(isHereAgain ? ["ayse"] : []);

        await using var next = await PeopleCluster.StartKeepingAsync(_world);
        await (isHereAgain ? _world.Journal.When("policies enter ayse", 2) : _world.Journal.When("out ayse"));

        string[] expected = isHereAgain ? ["LOGIN", "LOGOUT", "LOGIN"] : ["LOGIN", "LOGOUT"];
        Assert.Equal(expected, _world.Messages.Select(body => (string)JsonNode.Parse(body)!["type"]!));
        await _world.Journal.When("administrators []", 2);
        Assert.Equal("administrators []", _world.Journal.Lines.Last(line => line.StartsWith("administrators", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task After_a_reboot_the_hook_may_be_quicker_than_the_start()
    {
        await StayAs("ayse");
        _world.Machine.Id = "boot-2";
        _world.Machine.SetUsersSilently();

        await using var next = await PeopleCluster.StartAsync(_world);
        await next.Keeper.LoginAsync("ayse", new UserLogin());
        next.Keep();
        await _world.Journal.When("policies enter ayse", 2);

        Assert.Equal(["LOGIN", "LOGOUT", "LOGIN"], _world.Messages.Select(body => (string)JsonNode.Parse(body)!["type"]!));
    }

    /// <summary>As the hook does: what the agent does not take is written down.</summary>
    private async Task Tell(string word, Func<Task> call)
    {
        if (await Record.ExceptionAsync(call) is not null)
        {
            _world.Machine.Write($"{word}\tayse\t-\t:0\t{_world.Clock.GetUtcNow().ToUnixTimeSeconds()}");
        }
    }

    private async Task StayAs(string user)
    {
        _world.Machine.SetUsers(user);
        await using var agent = await PeopleCluster.StartKeepingAsync(_world);
        await _world.Journal.When($"policies enter {user}");
        await agent.User(user).GrantAdministration();
        await _world.Journal.When($"administrators [{user}]");
    }
}
