using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class LeavingTests : IAsyncDisposable
{
    private const string Password = "adm1n-secret";

    private readonly AgentRig _rig = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeAgentGrain Agent => _rig.Grains.Agent;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_machine_that_lider_removes_closes_its_session_forgets_and_waits_to_be_registered_by_hand()
    {
        _rig.WriteCredential("admin\nsecret\n");
        var client = await GoOnline(Answers("UNREGISTERED"));

        var report = await Unregister();

        Assert.True(report.Succeeded);
        Assert.Contains("pc is not registered any more", report.Message, StringComparison.Ordinal);
        Assert.Equal(($"UNREGISTER pc admin {Password}", Given.Lider, false), (client.Sent[^1].Body, client.Sent[^1].To, client.Sent[^1].RequestReceipt));
        await _rig.WhenWaiting();
        Assert.True(client is { IsRunning: false, IsDisposed: true });
        Assert.Equal((RegistrationState.Unregistered, Departure.Done, ""), (Agent.Identity.State, Agent.Identity.Departure, Agent.Identity.Name));
        Assert.Equal(1, _rig.Orders.Forgotten);
        Assert.Empty(Agent.Orders);
        Assert.Single(_rig.Clients.Clients);
        Assert.False(_rig.Ended.IsCompleted);

        _rig.Clients.Prepare = (next, _) => RegistrationTests.Answer(next, Given.RegistrationResponse("REGISTERED"));
        Assert.True((await _rig.Connection.Register(null, "admin", "secret", Token)).Succeeded);
        (await _rig.Clients.WhenCreated(2)).GoOnline();
        await Agent.WhenState(RegistrationState.Verified);
    }

    [Theory]
    [InlineData("NOT_AUTHORIZED")]
    [InlineData("REGISTRATION_ERROR")]
    public async Task A_refusal_changes_nothing_and_says_why(string status)
    {
        var client = await GoOnline(Answers(status));

        var report = await Unregister();

        Assert.False(report.Succeeded);
        Assert.Contains(status, report.Message, StringComparison.Ordinal);
        Assert.Contains("'admin'", report.Message, StringComparison.Ordinal);
        Assert.True(client.IsRunning);
        Assert.Equal((RegistrationState.Verified, 0), (Agent.Identity.State, _rig.Orders.Forgotten));
    }

    [Fact]
    public async Task Silence_changes_nothing_and_says_what_to_do()
    {
        var client = await GoOnline(_ => { });
        var asked = client.Sent.Count;
        var leaving = Unregister();
        await client.WhenSent(asked + 1);
        Assert.Contains("already", (await Unregister()).Message, StringComparison.Ordinal);

        await _rig.Clock.AdvanceUntil(leaving, TimeSpan.FromSeconds(10));

        Assert.False((await leaving).Succeeded);
        Assert.Contains("try again", (await leaving).Message, StringComparison.Ordinal);
        Assert.Equal(RegistrationState.Verified, Agent.Identity.State);
        Assert.True(client.IsRunning);
    }

    [Fact]
    public async Task Without_a_session_nothing_is_asked()
    {
        Agent.Identity = Known;
        await _rig.Start();
        var client = await _rig.Clients.WhenCreated(0);
        await client.WhenRunning();
        var leaving = Unregister();

        await _rig.Clock.AdvanceUntil(leaving, TimeSpan.FromSeconds(10));

        Assert.Contains("'ahenk clean'", (await leaving).Message, StringComparison.Ordinal);
        Assert.Empty(client.Sent);
    }

    [Fact]
    public async Task A_machine_that_is_not_registered_says_so()
    {
        await _rig.Start();
        await _rig.WhenWaiting();

        Assert.Equal(new RegistrationReport(false, "This machine is not registered."), await Unregister());
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_keep_the_machine_from_leaving()
    {
        using var impatient = new CancellationTokenSource();
        var client = await GoOnline(_ => { });
        var asked = client.Sent.Count;
        var leaving = _rig.Connection.Unregister("admin", Password, impatient.Token);
        await client.WhenSent(asked + 1);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await client.Receive(Given.Message(Given.RegistrationResponse("UNREGISTERED")));

        await _rig.WhenWaiting();
        Assert.Equal(Departure.Done, Agent.Identity.Departure);
    }

    [Fact]
    public async Task A_removal_that_cannot_be_stored_closes_the_session_is_told_and_is_stored_later()
    {
        var client = await GoOnline(Answers("UNREGISTERED"));
        Agent.CannotStore = nameof(IAgentGrain.MarkUnregistered);

        var report = await Unregister();

        Assert.False(report.Succeeded);
        Assert.Contains("Lider has removed this machine", report.Message, StringComparison.Ordinal);
        Assert.Contains("The disk is full.", report.Message, StringComparison.Ordinal);
        await _rig.Clock.AdvanceUntil(Agent.WhenFailed(3), TimeSpan.FromSeconds(1));
        Assert.True(client is { IsRunning: false, IsDisposed: true });
        Assert.Equal(report.Message, (await _rig.Connection.GetReport()).LastError);
        Assert.Equal(report, await Unregister());
        Assert.Equal(report, await _rig.Connection.Register(null, "admin", "secret", Token));

        Agent.CannotStore = null;
        await _rig.Clock.AdvanceUntil(_rig.WhenWaiting(), TimeSpan.FromSeconds(1));

        Assert.Equal((RegistrationState.Unregistered, Departure.Done, 1), (Agent.Identity.State, Agent.Identity.Departure, _rig.Orders.Forgotten));
        Assert.Single(_rig.Clients.Clients);
        Assert.False(_rig.Ended.IsCompleted);
    }

    [Fact]
    public async Task The_password_is_a_secret_of_the_log_and_in_no_audit()
    {
        await GoOnline(Answers("NOT_AUTHORIZED"));

        await Unregister();

        Assert.Equal("***", _rig.Secrets.Hide(Password));
        var entry = Assert.Single(_rig.Audit.Entries);
        Assert.Equal("agent unregistered admin refused", $"{entry.Who} {entry.What} {entry.User} {entry.Code}");
        Assert.DoesNotContain(Password, entry.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_earlier_process_did_not_forget_is_forgotten_at_start_however_often_the_disk_refuses()
    {
        _rig.WriteCredential("admin\nsecret\n");
        Agent.Identity = new AgentIdentity { Departure = Departure.Begun };
        _rig.Orders.Failures = 2;
        await _rig.Start();

        await _rig.Clock.AdvanceUntil(_rig.WhenWaiting(), TimeSpan.FromSeconds(1));

        Assert.Equal((1, Departure.Done), (_rig.Orders.Forgotten, Agent.Identity.Departure));
        Assert.Empty(Agent.Orders);
    }

    [Fact]
    public async Task A_plugin_that_has_the_machine_leave_ends_its_session_and_twice_is_once()
    {
        var client = await GoOnline(_ => { });

        await _rig.Registration.LeaveAsync();
        await _rig.WhenWaiting();
        await _rig.Registration.LeaveAsync();

        Assert.True(client is { IsRunning: false, IsDisposed: true });
        Assert.Equal((1, Departure.Done), (_rig.Orders.Forgotten, Agent.Identity.Departure));
    }

    [Fact]
    public async Task Another_name_opens_another_session_and_another_entry_does_not()
    {
        var client = await GoOnline(_ => { });

        await _rig.Registration.MoveAsync("cn=pc,ou=Lab");
        Assert.Equal(("cn=pc,ou=Lab", true), (Agent.Identity.Dn, client.IsRunning));
        await _rig.Registration.RenameAsync("lab-7", "cn=lab-7,ou=Lab");

        var second = await _rig.Clients.WhenCreated(1);
        await second.WhenRunning();
        Assert.True(client is { IsRunning: false, IsDisposed: true });
        Assert.Equal((new XmppCredentials.Password("lab-7", "its-own"), true), (second.Options.Credentials, second.Options.HasLoggedIn));
        Assert.Equal(("cn=lab-7,ou=Lab", 0), (Agent.Identity.Dn, _rig.Orders.Forgotten));
    }

    [Fact]
    public async Task What_is_not_registered_is_neither_moved_nor_renamed()
    {
        await _rig.Start();
        await _rig.WhenWaiting();

        await _rig.Registration.MoveAsync("cn=x");
        await _rig.Registration.RenameAsync("x", "cn=x");

        Assert.Equal(new AgentIdentity(), Agent.Identity);
    }

    [Fact]
    public async Task A_copy_neither_connects_nor_takes_tasks_up_until_somebody_says_that_it_is_the_machine()
    {
        Agent.Identity = Known;
        _rig.Tasks.Unfinished = [9];
        Agent.OnCheckMachine = () => Task.FromResult(new CloneReport(true, ["product UUID", "network interfaces"]));
        await _rig.Start();
        await WhenCopy();

        var report = await _rig.Connection.GetReport();
        Assert.True(report.CloneCheck!.IsCopy);
        Assert.Contains("product UUID, network interfaces", report.LastError, StringComparison.Ordinal);
        Assert.Contains("ahenk clean", (await Unregister()).Message, StringComparison.Ordinal);
        Assert.Contains("ahenk adopt", (await _rig.Connection.Register(null, "admin", "secret", Token)).Message, StringComparison.Ordinal);
        Assert.Empty(_rig.Clients.Clients);
        Assert.Empty(_rig.Grains.Log.Calls);

        Assert.True((await _rig.Connection.AdoptMachine()).Succeeded);
        await _rig.Clients.WhenCreated(0);
        Assert.Equal((1, false), (Agent.Adoptions, (await _rig.Connection.GetReport()).CloneCheck!.IsCopy));
        Assert.Equal(["release 9"], _rig.Grains.Log.Calls);
    }

    [Fact]
    public async Task A_disk_that_cannot_store_what_the_machine_is_does_not_keep_it_from_connecting()
    {
        Agent.Identity = Known;
        Agent.OnCheckMachine = () => throw new StorageException("/test/ahenk.db", "The disk is full.");
        await _rig.Start();

        await _rig.Clients.WhenCreated(0);
        Assert.Contains("nothing to adopt", (await _rig.Connection.AdoptMachine()).Message, StringComparison.Ordinal);
        Assert.Equal(0, Agent.Adoptions);
    }

    private static AgentIdentity Known => new() { Name = "pc", Password = "its-own", State = RegistrationState.Verified };

    private static Action<FakeXmppClient> Answers(string status) => client => client.AfterSend = message =>
    {
        if (message.Body.StartsWith("UNREGISTER", StringComparison.Ordinal))
        {
            _ = client.Receive(Given.Message(Given.RegistrationResponse(status)));
        }
    };

    private async Task<FakeXmppClient> GoOnline(Action<FakeXmppClient> prepare)
    {
        Agent.Identity = Known;
        await _rig.Start();
        var client = await _rig.Clients.WhenCreated(0);
        prepare(client);
        await client.WhenRunning();
        client.GoOnline();
        return client;
    }

    private Task<RegistrationReport> Unregister() => _rig.Connection.Unregister("admin", Password, Token);

    private async Task WhenCopy()
    {
        while (!(await _rig.Connection.GetReport()).Connection.StartsWith("not connecting", StringComparison.Ordinal))
        {
            await Task.Yield();
            Token.ThrowIfCancellationRequested();
        }
    }
}
