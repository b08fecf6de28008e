using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>How a machine leaves Lider, by its own administrator and by Lider's.</summary>
[Trait("Category", "Integration")]
public sealed class LifeCycleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task An_unregistered_machine_forgets_does_not_come_back_by_itself_and_can_be_registered_and_cleaned()
    {
        await using var site = await Installation.OnlineAsync();
        var name = site.AgentName;
        await site.Agent.WaitForStatusAsync(status => (string?)status["registration"] == "verified", "verified", Limit, Cancelled);
        await site.Lider.SendTaskAsync(name, new TaskOrder(71, "probe", "NOOP", []) { Cron = "0 4 * * *" }, Cancelled);
        await site.RunAsync(72, "probe", "NOOP", [], Cancelled);

        var refused = await RunAsync(site, "wrong\n", "unregister", Site.Admin);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("NOT_AUTHORIZED", refused.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync(site, "", "clean", "--yes", "--config", site.Agent.ConfigurationFile)).ExitCode);

        var done = await RunAsync(site, $"{Site.Admin}\n{Site.AdminPassword}\n", "unregister");
        Assert.Equal((0, ""), (done.ExitCode, done.ExitCode == 0 ? "" : done.Output));
        await WaitForLeave(site);
        Assert.Empty((await site.Agent.CallAsync("schedule", cancellationToken: Cancelled))["result"]!.AsArray());
        Assert.Empty((await site.Agent.CallAsync("tasks", cancellationToken: Cancelled))["result"]!.AsArray());

        Assert.Equal(0, await site.Agent.StopAsync());
        await site.Agent.StartAsync();
        await WaitForLeave(site);

        Assert.Equal(0, (await RunAsync(site, Site.AdminPassword + "\n", "register", "127.0.0.1", Site.Admin)).ExitCode);
        await site.Lider.Agents.WaitForOnlineAsync(name, Limit, Cancelled);

        // Of a machine that Lider still knew it would be the second.
        Assert.Equal(1, site.Lider.Agents.Find(name)!.Registrations);
        Assert.Equal(0, await site.Agent.StopAsync());
        Assert.DoesNotContain(Site.AdminPassword, site.Agent.Log + site.Agent.Audit, StringComparison.Ordinal);
        var cleaned = await RunAsync(site, "", "clean", "--yes", "--config", site.Agent.ConfigurationFile);
        Assert.Equal((0, false), (cleaned.ExitCode, File.Exists(site.Agent.Database)));
        Assert.Equal(["ahenk.conf", "ahenk.db"], Directory.GetFiles(Assert.Single(Directory.GetDirectories(site.Agent.BackupDirectory))).Select(Path.GetFileName).Order());
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_machine_that_lider_deletes_answers_first_and_then_leaves()
    {
        await using var site = await Installation.OnlineAsync();
        var dn = $"cn={site.AgentName},ou=Agents,dc=liderahenk,dc=org";

        var answer = await site.RunAsync(73, "ldap", "DELETE_AGENT", new JsonObject { ["dn"] = dn, ["directory_server"] = "NONE" }, Cancelled);

        Assert.Equal(("TASK_PROCESSED", dn), (answer.Code, answer.Data!.Value.GetProperty("Dn").GetString()));
        await WaitForLeave(site);
        Assert.DoesNotContain("has not confirmed the answer", site.Agent.Log, StringComparison.Ordinal);
        await site.Lider.Agents.WaitAsync(site.AgentName, agent => !agent.IsOnline, "offline", Limit, Cancelled);
        Assert.Equal(1, site.Lider.Agents.Find(site.AgentName)!.Registrations);
        Assert.Empty(site.Lider.Violations);
    }

    private static Task<JsonNode> WaitForLeave(Site site) => site.Agent.WaitForStatusAsync(
        status => (string?)status["registration"] == "unregistered" && (string?)status["name"] == "" && (string?)status["connection"] == "waiting for 'ahenk register'",
        "waiting to be registered", Limit, Cancelled);

    private static Task<AhenkCommand.Ended> RunAsync(Site site, string input, params string[] arguments) =>
        AhenkCommand.RunAsync([BuiltAgent.Command, "--socket", site.Agent.ControlSocket, .. arguments], input, Cancelled);
}
