using System.Globalization;
using Ahenk.LiderSimulator;
using Ahenk.TestSite;
using Ahenk.XmppServers;

namespace Ahenk.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class RegistrationTests
{
    private static CancellationToken Cancelled => Installation.Cancelled;

    [Theory]
    [MemberData(nameof(Installation.Products), MemberType = typeof(Installation))]
    public async Task A_new_machine_registers_anonymously_and_comes_online_with_its_own_account(string product)
    {
        await using var site = await Installation.OnlineAsync(product);

        var agent = site.Lider.Agents.Find(site.AgentName)!;
        Assert.Equal(1, agent.Registrations);
        Assert.Equal(1, agent.Priority);
        await site.Lider.Agents.WaitAsync(site.AgentName, record => record.HasAcceptedSubscription, "subscription accepted", TimeSpan.FromSeconds(60), Cancelled);
        Assert.Contains("os.name", agent.Properties);
        Assert.Contains("hardware.disk.total", agent.Properties);
        Assert.Empty(site.Lider.Violations);
        var status = await site.Agent.WaitForStatusAsync(
            status => (string?)status["registration"] == "verified", "verified", TimeSpan.FromSeconds(60), Cancelled);
        Assert.Equal("online", (string?)status["connection"]);
        Assert.Contains("TLS", (string?)status["connection_detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_machine_does_not_register_again()
    {
        await using var site = await Installation.OnlineAsync();
        await site.Agent.WaitForStatusAsync(status => (string?)status["registration"] == "verified", "verified", TimeSpan.FromSeconds(60), Cancelled);
        Assert.Equal(0, await site.Agent.StopAsync());

        await site.Agent.StartAsync();
        await site.Agent.WaitForStatusAsync(status => (string?)status["connection"] == "online", "online", TimeSpan.FromSeconds(60), Cancelled);

        Assert.Equal(1, site.Lider.Agents.Find(site.AgentName)!.Registrations);
    }

    [Fact]
    public async Task An_unanswered_request_ends_the_daemon_with_a_code_and_the_failed_step_and_is_repeated_alike()
    {
        await using var site = await Site.CreateAsync(
            new ProsodyServer(), options => options with { Registration = Authorized(new RegistrationScript { SilentFirst = 1 }) }, Cancelled);
        site.Agent.Set("SESSION", "registration_timeout", "3");
        await site.Agent.StartAsync();

        Assert.Equal(3, await site.Agent.Exited.WaitAsync(TimeSpan.FromSeconds(60), Cancelled));
        Assert.Contains("wait for the answer", site.Agent.Log, StringComparison.Ordinal);

        await site.BringOnlineAsync(Cancelled);
        Assert.Equal(Environment.MachineName.ToLowerInvariant(), site.AgentName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_daemon_that_is_told_to_end_while_lider_does_not_answer_ends_and_the_next_one_registers(bool hasAccount)
    {
        await using var site = await Site.CreateAsync(
            new ProsodyServer(), options => options with { Registration = Authorized(new RegistrationScript { SilentFirst = 1, SilentCreatesAccount = hasAccount }) }, Cancelled);
        await site.Agent.StartAsync();
        await site.Agent.WaitForStatusAsync(_ => site.Lider.MessagesReceived > 0, "Lider has the request", TimeSpan.FromSeconds(60), Cancelled);

        Assert.Equal(0, await site.Agent.StopAsync());
        Assert.DoesNotContain("wait for the answer", site.Agent.Log, StringComparison.Ordinal);

        await site.BringOnlineAsync(Cancelled);
        Assert.Equal((Environment.MachineName.ToLowerInvariant(), 1), (site.AgentName, site.Lider.Agents.Find(site.AgentName)!.Registrations));
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_as_the_failed_step()
    {
        await using var agent = new AgentProcess()
            .Set("CONNECTION", "host", "127.0.0.1")
            .Set("CONNECTION", "port", FreePort.Next().ToString(CultureInfo.InvariantCulture))
            .Set("SESSION", "registration_timeout", "2")
            .RegisterAs("admin", "x");
        await agent.StartAsync();

        Assert.Equal(3, await agent.Exited.WaitAsync(TimeSpan.FromSeconds(60), Cancelled));
        Assert.Contains("Step 'connecting' failed", agent.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_name_is_followed_by_another_one()
    {
        await using var site = await Site.CreateAsync(
            new ProsodyServer(), options => options with { Registration = Authorized(new RegistrationScript { RefuseFirst = 1 }) }, Cancelled);
        await site.BringOnlineAsync(Cancelled);

        Assert.StartsWith(Environment.MachineName.ToLowerInvariant() + "-", site.AgentName, StringComparison.Ordinal);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task Refusals_are_counted_and_end_the_daemon()
    {
        await using var site = await Site.CreateAsync(
            new ProsodyServer(), options => options with { Registration = Authorized(new RegistrationScript { RefuseFirst = int.MaxValue }) }, Cancelled);
        await site.Agent.StartAsync();

        Assert.Equal(4, await site.Agent.Exited.WaitAsync(TimeSpan.FromSeconds(120), Cancelled));
        var asked = site.Agent.Log.Split('\n').Where(line => line.Contains("Asking Lider to register", StringComparison.Ordinal)).ToArray();
        Assert.True(asked.Length >= 3 && asked.Length % 3 == 0, $"{asked.Length} attempts");
        Assert.Equal(asked.Length, asked.Select(line => line.Split("register ")[1].Split(' ')[0]).Distinct().Count());
    }

    [Fact]
    public async Task When_the_directory_kept_an_old_password_a_second_request_mends_it()
    {
        await using var site = await Site.CreateAsync(
            new ProsodyServer(), options => options with { Registration = Authorized(new RegistrationScript { OldPasswordFirst = true }) }, Cancelled);

        await site.BringOnlineAsync(Cancelled);

        Assert.Equal(2, site.Lider.Agents.Find(site.AgentName)!.Registrations);
    }

    [Fact]
    public async Task An_account_made_beforehand_registers_over_its_own_session()
    {
        await using var site = await Site.CreateAsync(new ProsodyServer(), cancellationToken: Cancelled);
        await site.Server.AddAccountAsync("ahenk-001", "given", Cancelled);
        site.Agent.Set("CONNECTION", "register_with", "account").Set("CONNECTION", "uid", "ahenk-001").Set("CONNECTION", "password", "given");

        await site.BringOnlineAsync(Cancelled);

        Assert.Equal("ahenk-001", site.AgentName);
    }

    [Fact]
    public async Task The_authorising_password_is_in_no_log_and_no_database()
    {
        await using var site = await Installation.OnlineAsync();
        await site.Agent.StopAsync();

        Assert.DoesNotContain("s3cret", site.Agent.Log, StringComparison.Ordinal);
        var database = await File.ReadAllTextAsync(site.Agent.Database, System.Text.Encoding.Latin1, Cancelled);
        Assert.DoesNotContain("s3cret", database, StringComparison.Ordinal);
    }

    private static RegistrationScript Authorized(RegistrationScript script)
    {
        script.AuthorizedUser = Site.Admin;
        script.AuthorizedPassword = Site.AdminPassword;
        return script;
    }
}
