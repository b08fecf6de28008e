using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class AgentConnectionTests : IAsyncDisposable
{
    private readonly AgentRig _rig = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private FakeTimeProvider Clock => _rig.Clock;

    private FakeAgentGrain Agent => _rig.Grains.Agent;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_verified_agent_goes_straight_to_its_session()
    {
        Agent.Identity = new AgentIdentity { Name = "pc", Password = "its-own", State = RegistrationState.Verified, Host = "by-hand.example" };
        await _rig.Start();

        var client = await _rig.Clients.WhenCreated(0);
        await client.WhenRunning();

        Assert.Equal((new XmppCredentials.Password("pc", "its-own"), "Ahenk", "by-hand.example", Given.Lider.Bare, true),
            (client.Options.Credentials, client.Options.Resource, client.Options.Host, client.Options.AcceptSubscriptionFrom, client.Options.IsPermanent));
        Assert.True(client.Options.HasLoggedIn);
        Assert.Empty(Agent.Orders);
    }

    [Fact]
    public async Task Tasks_of_the_last_run_are_released_in_their_order_before_there_is_a_session()
    {
        Agent.Identity = Agent.Identity with { State = RegistrationState.Verified };
        _rig.Tasks.Unfinished = [9, 3, 5];
        await _rig.Start();
        await _rig.Clients.WhenCreated(0);

        Assert.Equal(["release 9", "release 3", "release 5"], _rig.Grains.Log.Calls);
    }

    [Fact]
    public async Task A_first_start_with_a_credential_registers_logs_in_and_is_verified()
    {
        _rig.WriteCredential("admin\nsecret\n");
        _rig.Clients.Prepare = (client, number) =>
        {
            if (number == 0)
            {
                RegistrationTests.Answer(client, Given.RegistrationResponse("REGISTERED"));
            }
        };
        await _rig.Start();
        var permanent = await _rig.Clients.WhenCreated(1);
        Assert.Equal(RegistrationState.Registered, Agent.Identity.State);
        Assert.False(permanent.Options.HasLoggedIn);

        permanent.GoOnline();
        await Agent.WhenState(RegistrationState.Verified);

        Assert.Equal(new XmppCredentials.Password("pc-0", "generated"), permanent.Options.Credentials);
        Assert.Equal(("admin", "secret"), (Agent.Orders[0].User, Agent.Orders[0].UserPassword));
    }

    [Fact]
    public async Task An_unanswered_registration_ends_the_agent_with_its_own_code()
    {
        _rig.WriteCredential("admin\nsecret\n");
        await _rig.Start();
        await (await _rig.Clients.WhenCreated(0)).WhenRunning();

        await Clock.AdvanceUntil(_rig.Ended, TimeSpan.FromSeconds(10));

        Assert.Equal(AgentExit.RegistrationUnanswered, _rig.Exit.Code);
        Assert.Single(Agent.Orders);
        Assert.NotNull((await _rig.Connection.GetReport()).LastError);
    }

    [Fact]
    public async Task A_registration_refused_under_every_name_ends_the_agent_with_its_own_code()
    {
        _rig.WriteCredential("admin\nsecret\n");
        _rig.Clients.Prepare = (client, _) => RegistrationTests.Answer(client, Given.RegistrationResponse("NOT_AUTHORIZED"));
        await _rig.Start();
        await _rig.Ended.WaitAsync(Token);

        Assert.Equal(AgentExit.RegistrationRefused, _rig.Exit.Code);
        Assert.Equal(3, Agent.Orders.Count);
    }

    [Fact]
    public async Task A_first_login_that_is_refused_is_followed_by_one_more_registration_and_no_third()
    {
        _rig.WriteCredential("admin\nsecret\n");
        _rig.Clients.Prepare = (client, number) =>
        {
            if (number is 0 or 2)
            {
                RegistrationTests.Answer(client, Given.RegistrationResponse("REGISTERED"));
            }
            else
            {
                client.OnRun = () => client.Fail(XmppFailureKind.NotAuthorized);
            }
        };
        await _rig.Start();
        var last = await _rig.Clients.WhenCreated(3);
        await last.WhenRunning();

        Assert.Equal([0, 0], Agent.Orders.Select(order => order.Attempt));
        Assert.True(_rig.Clients.Clients[1] is { IsDisposed: true, IsRunning: false });
        Assert.Equal(4, _rig.Clients.Clients.Count);
        last.GoOnline();
        await Agent.WhenState(RegistrationState.Verified);
    }

    [Fact]
    public async Task A_refusal_after_the_first_login_does_not_register_again()
    {
        _rig.WriteCredential("admin\nsecret\n");
        _rig.Clients.Prepare = (client, number) =>
        {
            if (number == 0)
            {
                RegistrationTests.Answer(client, Given.RegistrationResponse("REGISTERED"));
            }
        };
        await _rig.Start();
        var permanent = await _rig.Clients.WhenCreated(1);
        permanent.GoOnline();
        await Agent.WhenState(RegistrationState.Verified);

        permanent.Fail(XmppFailureKind.NotAuthorized, "the password was changed");
        var report = await _rig.Connection.GetReport();

        Assert.Equal(("waiting", "the password was changed"), (report.Connection, report.LastError));
        Assert.True(permanent.IsRunning);
        Assert.Single(Agent.Orders);
    }

    [Fact]
    public async Task Without_a_credential_the_agent_waits_for_a_registration_by_hand()
    {
        _rig.Clients.Prepare = (client, number) =>
        {
            if (number == 0)
            {
                RegistrationTests.Answer(client, Given.RegistrationResponse("REGISTERED"));
            }
        };
        await _rig.Start();
        await _rig.WhenWaiting();

        var report = await _rig.Connection.Register("by-hand.example", "admin", "secret", Token);

        Assert.Equal(new RegistrationReport(true, "pc-0 is registered."), report);
        var permanent = await _rig.Clients.WhenCreated(1);
        Assert.Equal("by-hand.example", permanent.Options.Host);
        Assert.False((await _rig.Connection.Register(null, "admin", "secret", Token)).Succeeded);
    }

    [Fact]
    public async Task A_registration_by_hand_that_fails_is_answered_and_can_be_tried_again()
    {
        _rig.Clients.Prepare = (client, number) =>
            RegistrationTests.Answer(client, Given.RegistrationResponse(number < 3 ? "NOT_AUTHORIZED" : "REGISTERED"));
        await _rig.Start();
        await _rig.WhenWaiting();

        var refused = await _rig.Connection.Register(null, "admin", "wrong", Token);
        await _rig.WhenWaiting();
        var registered = await _rig.Connection.Register(null, "admin", "right", Token);

        Assert.False(refused.Succeeded);
        Assert.Contains("NOT_AUTHORIZED", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
        Assert.True(registered.Succeeded);
        Assert.False(_rig.Ended.IsCompleted);
    }

    [Theory]
    [InlineData(nameof(IAgentGrain.PrepareRegistration))]
    [InlineData(nameof(IAgentGrain.MarkRegistered))]
    public async Task A_registration_by_hand_that_cannot_be_stored_is_answered_and_can_be_tried_again(string call)
    {
        _rig.Clients.Prepare = (client, _) => RegistrationTests.Answer(client, Given.RegistrationResponse("REGISTERED"));
        Agent.CannotStore = call;
        await _rig.Start();
        await _rig.WhenWaiting();

        var failed = await _rig.Connection.Register(null, "admin", "secret", Token);
        await _rig.WhenWaiting();
        Assert.Equal(failed.Message, (await _rig.Connection.GetReport()).LastError);
        Agent.CannotStore = null;
        var registered = await _rig.Connection.Register(null, "admin", "secret", Token);

        Assert.False(failed.Succeeded);
        Assert.Contains("The disk is full.", failed.Message, StringComparison.Ordinal);
        Assert.Equal([0, 0], Agent.Orders.Select(order => order.Attempt));
        Assert.True(registered.Succeeded);
        Assert.False(_rig.Ended.IsCompleted);
    }

    [Theory]
    [InlineData(nameof(IAgentGrain.PrepareRegistration))]
    [InlineData(nameof(IAgentGrain.MarkRegistered))]
    public async Task A_registration_at_the_start_that_cannot_be_stored_is_told_and_tried_again(string call)
    {
        _rig.WriteCredential("admin\nsecret\n");
        _rig.Clients.Prepare = (client, _) => RegistrationTests.Answer(client, Given.RegistrationResponse("REGISTERED"));
        Agent.CannotStore = call;
        await _rig.Start();
        await Clock.AdvanceUntil(Agent.WhenFailed(2), TimeSpan.FromSeconds(10));
        Assert.Contains("The disk is full.", (await _rig.Connection.GetReport()).LastError, StringComparison.Ordinal);

        Agent.CannotStore = null;
        await Clock.AdvanceUntil(Agent.WhenState(RegistrationState.Verified), TimeSpan.FromSeconds(10));

        Assert.False(_rig.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_first_login_that_cannot_be_stored_does_not_end_the_session_and_is_stored_later()
    {
        Agent.Identity = Agent.Identity with { State = RegistrationState.Registered };
        Agent.CannotStore = nameof(IAgentGrain.MarkVerified);
        await _rig.Start();
        var client = await _rig.Clients.WhenCreated(0);
        client.GoOnline();
        await Clock.AdvanceUntil(Agent.WhenFailed(2), TimeSpan.FromSeconds(10));
        Assert.True(client.IsRunning);

        Agent.CannotStore = null;
        await Clock.AdvanceUntil(Agent.WhenState(RegistrationState.Verified), TimeSpan.FromSeconds(10));

        Assert.True(client.IsRunning);
        Assert.False(_rig.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_end_the_registration()
    {
        using var impatient = new CancellationTokenSource();
        _rig.Clients.Prepare = (client, _) => client.OnRun = client.GoOnline;
        await _rig.Start();
        await _rig.WhenWaiting();
        var registering = _rig.Connection.Register(null, "admin", "secret", impatient.Token);
        var client = await _rig.Clients.WhenCreated(0);
        await client.WhenSent(1);
        Assert.Contains("under way", (await _rig.Connection.Register(null, "admin", "secret", Token)).Message, StringComparison.Ordinal);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => registering);
        await client.Receive(Given.Message(Given.RegistrationResponse("REGISTERED")));

        await Agent.WhenState(RegistrationState.Verified);
    }

    [Theory]
    [InlineData("only-a-name\n")]
    [InlineData("")]
    [InlineData("\nsecret\n")]
    public async Task A_credential_file_that_cannot_be_used_is_told_without_its_content(string content)
    {
        var file = _rig.WriteCredential(content);
        await _rig.Start();
        await _rig.WhenWaiting();

        var error = (await _rig.Connection.GetReport()).LastError!;

        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.DoesNotContain("only-a-name", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_agent_closes_its_session_in_order()
    {
        Agent.Identity = Agent.Identity with { State = RegistrationState.Verified };
        await _rig.Start();
        var client = await _rig.Clients.WhenCreated(0);
        client.GoOnline();

        await _rig.Connection.StopAsync(Token);

        Assert.True(client is { IsRunning: false, IsDisposed: true });
        Assert.False(_rig.Ended.IsCompleted);
        Assert.Equal(AgentExit.Success, _rig.Exit.Code);
    }

    [Fact]
    public async Task Old_tasks_are_forgotten_at_start_and_every_hour_also_after_a_failure()
    {
        Agent.Identity = Agent.Identity with { State = RegistrationState.Verified };
        _rig.Tasks.ForgetFails = true;
        await _rig.Start();
        await _rig.Tasks.WhenForgotten(1);
        _rig.Tasks.ForgetFails = false;

        await Clock.AdvanceUntil(_rig.Tasks.WhenForgotten(2), TimeSpan.FromMinutes(10));

        Assert.Equal(Given.Now - TimeSpan.FromDays(30), _rig.Tasks.ForgottenBefore[0]);
        Assert.True(_rig.Tasks.ForgottenBefore[1] - _rig.Tasks.ForgottenBefore[0] >= TimeSpan.FromHours(1));
    }
}
