using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class RegistrationTests
{
    private static readonly RegistrationCredential Admin = new("admin", "secret");

    private readonly FakeGrains _grains = FakeGrains.New();
    private readonly FakeClientFactory _clients = new();
    private readonly FakeTimeProvider _clock = Given.Clock();
    private readonly LogSecrets _secrets = new();
    private readonly RecordingAudit _audit = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Registered_is_stored_and_the_connection_for_it_is_closed()
    {
        Answers("REGISTERED");

        var (result, message) = await Run();

        Assert.Equal((RegistrationResult.Registered, "pc-0 is registered."), (result, message));
        Assert.Equal((RegistrationState.Registered, "cn=pc"), (_grains.Agent.Identity.State, _grains.Agent.Identity.Dn));
        var client = Assert.Single(_clients.Clients);
        Assert.True(client is { IsDisposed: true, IsRunning: false });
        Assert.IsType<XmppCredentials.Anonymous>(client.Options.Credentials);
        Assert.False(client.Options.IsPermanent);
        Assert.Equal(("REGISTER pc-0", Given.Lider), (Assert.Single(client.Sent).Body, client.Sent[0].To));
    }

    [Theory]
    [InlineData("NOT_AUTHORIZED")]
    [InlineData("REGISTRATION_ERROR")]
    [InlineData("ALREADY_EXISTS")]
    public async Task A_refused_name_is_followed_by_the_next_one_until_the_attempts_are_used_up(string status)
    {
        Answers(status);
        _grains.Agent.MostAttempts = 6;

        var (result, message) = await Run();

        Assert.Equal(RegistrationResult.Refused, result);
        Assert.Equal([0, 1, 2, 3, 4, 5], _grains.Agent.Orders.Select(order => order.Attempt));
        Assert.Equal(6, _clients.Clients.Count);
        Assert.Contains(status, message, StringComparison.Ordinal);
        Assert.Contains("'admin'", message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        Assert.Equal(RegistrationState.Unregistered, _grains.Agent.Identity.State);
    }

    [Fact]
    public async Task The_name_that_is_taken_in_is_the_one_that_was_asked_for_last()
    {
        Answers("ALREADY_EXISTS", "REGISTERED");

        Assert.Equal((RegistrationResult.Registered, "pc-1 is registered."), await Run());
    }

    [Fact]
    public async Task Already_exists_without_a_directory_server_is_the_old_servers_word_for_registered()
    {
        _clients.Prepare = (client, _) => Answer(client, Given.RegistrationResponse("ALREADY_EXISTS", today: false));

        Assert.Equal(RegistrationResult.Registered, (await Run()).Result);
    }

    [Fact]
    public async Task Already_exists_is_what_an_account_made_beforehand_hears()
    {
        Answers("ALREADY_EXISTS");

        var (result, _) = await Run(Given.Options with { RegisterWithAccount = true, AccountName = "given", AccountPassword = "its-secret" });

        Assert.Equal(RegistrationResult.Registered, result);
        Assert.Equal(new XmppCredentials.Password("given", "its-secret"), Assert.Single(_clients.Clients).Options.Credentials);
    }

    [Theory]
    [InlineData("REGISTERED", "agent registered admin registered")]
    [InlineData("NOT_AUTHORIZED", "agent registered admin refused")]
    public async Task How_it_ended_is_audited_and_the_password_is_a_secret_of_the_log(string status, string expected)
    {
        Answers(status);

        await Run();

        var entry = Assert.Single(_audit.Entries);
        Assert.Equal(expected, $"{entry.Who} {entry.What} {entry.User} {entry.Code}");
        Assert.Equal("***", _secrets.Hide(Admin.Password));
    }

    [Fact]
    public async Task A_refused_account_is_not_asked_for_under_other_names()
    {
        Answers("NOT_AUTHORIZED");

        var (result, _) = await Run(Given.Options with { RegisterWithAccount = true, AccountName = "given", AccountPassword = "its-secret" });

        Assert.Equal(RegistrationResult.Refused, result);
        Assert.Single(_clients.Clients);
    }

    [Fact]
    public async Task No_answer_in_time_says_so_and_asks_for_no_other_name()
    {
        _clients.Prepare = (client, _) => client.OnRun = client.GoOnline;
        var running = Run();
        await (await _clients.WhenCreated(0)).WhenSent(1);
        Assert.False(running.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(30));
        var (result, message) = await running.WaitAsync(Token);

        Assert.Equal(RegistrationResult.Unanswered, result);
        Assert.Contains("'wait for the answer'", message, StringComparison.Ordinal);
        Assert.Contains("30 s", message, StringComparison.Ordinal);
        Assert.Single(_grains.Agent.Orders);
        Assert.True(Assert.Single(_clients.Clients).IsDisposed);
    }

    [Fact]
    public async Task A_connection_that_does_not_come_about_is_told_with_its_step()
    {
        _clients.Prepare = (client, _) => client.OnRun = () => client.Fail(XmppFailureKind.Tls, "the certificate has expired");
        var running = Run();
        await (await _clients.WhenCreated(0)).WhenRunning();

        await _clock.AdvanceUntil(running, TimeSpan.FromSeconds(10));

        Assert.Equal(
            (RegistrationResult.Unanswered, "Registration of pc-0: Step 'authenticating' failed: the certificate has expired"), await running);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_named()
    {
        var running = Run(Given.Options with { Host = "10.0.0.9" });
        await (await _clients.WhenCreated(0)).WhenRunning();

        await _clock.AdvanceUntil(running, TimeSpan.FromSeconds(10));

        Assert.Contains("'connecting'", (await running).Message, StringComparison.Ordinal);
        Assert.Contains("10.0.0.9:5222", (await running).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_somebody_else_or_to_something_else_is_not_heard()
    {
        _clients.Prepare = (client, _) =>
        {
            client.OnRun = client.GoOnline;
            client.AfterSend = _ => Task.WhenAll(
                client.Receive(Given.Message(Given.RegistrationResponse("REGISTERED"), "stranger@im.example/Smack")),
                client.Receive(Given.Message(Given.RegistrationResponse("REGISTERED"), type: "error")),
                client.Receive(Given.Message(Given.ExecuteTask(7))),
                client.Receive(Given.Message("not json")));
        };
        var running = Run();
        await (await _clients.WhenCreated(0)).WhenSent(1);

        await _clock.AdvanceUntil(running, TimeSpan.FromSeconds(10));

        Assert.Equal(RegistrationResult.Unanswered, (await running).Result);
    }

    [Fact]
    public async Task A_request_that_is_lost_with_its_connection_is_sent_over_the_next()
    {
        var sends = 0;
        _clients.Prepare = (client, _) =>
        {
            Answer(client, Given.RegistrationResponse("REGISTERED"));
            client.OnSend = _ => sends++ == 0 ? SendOutcome.NotConnected : SendOutcome.Sent;
        };

        Assert.Equal(RegistrationResult.Registered, (await Run()).Result);
        Assert.Equal(2, sends);
    }

    [Fact]
    public async Task A_request_larger_than_a_stanza_may_be_ends_with_a_sentence()
    {
        _clients.Prepare = (client, _) =>
        {
            client.OnRun = client.GoOnline;
            client.OnSend = _ => SendOutcome.TooLarge;
        };

        var (result, message) = await Run();

        Assert.Equal(RegistrationResult.Unanswered, result);
        Assert.Contains("max_stanza_kib", message, StringComparison.Ordinal);
        Assert.True(Assert.Single(_clients.Clients).IsDisposed);
    }

    [Fact]
    public async Task The_end_of_the_agent_ends_the_wait()
    {
        using var stop = new CancellationTokenSource();
        _clients.Prepare = (client, _) => client.OnRun = client.GoOnline;
        var running = Run(stop: stop);
        await (await _clients.WhenCreated(0)).WhenSent(1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(Assert.Single(_clients.Clients) is { IsDisposed: true, IsRunning: false });
    }

    [Fact]
    public async Task The_server_given_by_hand_is_the_one_that_is_asked()
    {
        Answers("REGISTERED");

        await Run(host: "by-hand.example");

        Assert.Equal("by-hand.example", Assert.Single(_clients.Clients).Options.Host);
    }

    [Fact]
    public void Nothing_that_may_be_logged_holds_a_secret()
    {
        var options = Given.Options with { AccountName = "given", AccountPassword = "its-secret" };

        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Admin.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", options.ToClientOptions(new XmppCredentials.Password("given", "its-secret"), null, true).ToString(), StringComparison.Ordinal);
    }

    internal static void Answer(FakeXmppClient client, string body)
    {
        client.OnRun = client.GoOnline;
        client.AfterSend = _ => client.Receive(Given.Message(body));
    }

    /// <summary>Lider gives these answers, the last one for ever.</summary>
    private void Answers(params string[] statuses) =>
        _clients.Prepare = (client, number) => Answer(client, Given.RegistrationResponse(statuses[Math.Min(number, statuses.Length - 1)]));

    private Task<(RegistrationResult Result, string Message)> Run(
        GatewayOptions? options = null, string? host = null, CancellationTokenSource? stop = null)
    {
        options ??= Given.Options;
        var request = new RegistrationRequest(_clients, options, _clock);
        return new Registration(_grains.Factory, request, options, _secrets, _audit, NullLogger<Registration>.Instance).RunAsync(Admin, host, stop?.Token ?? Token);
    }
}
