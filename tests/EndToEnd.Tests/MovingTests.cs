using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>A machine that ran the Python Ahenk goes on as who it was.</summary>
[Trait("Category", "Integration")]
public sealed class MovingTests
{
    private const string Name = "pc-7";
    private const string Password = "5f1d7a52";
    private const string User = "ayse";

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task After_an_import_it_logs_in_without_registering_keeps_its_schedules_and_applies_no_policy_twice()
    {
        await using var site = await Site.CreateAsync(Installation.Server("prosody"), cancellationToken: Cancelled);
        await site.Server.AddAccountAsync(Name, Password, Cancelled);
        await site.Lider.AddAgentAsync(Name, Password, ["aa:bb:cc:00:11:22"], Cancelled);
        site.Lider.People.Policies.Define(9, new PolicyProfile("journal", new JsonObject { ["text"] = "nine" }));
        var policy = site.Lider.People.Policies.Assign(9, User);
        site.Agent.Set("CONNECTION", "answer_delay_ms", "0").Set("CONNECTION", "uid", Name).Set("CONNECTION", "password", Password);
        await MakeDatabaseAsync(site.Agent, policy);

        var imported = await ImportAsync(site.Agent);
        Assert.True(imported.ExitCode == 0, imported.Output);
        Assert.DoesNotContain(Password, imported.Output, StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse(imported.Output)!["left_out"]!.AsArray());
        await site.BringOnlineAsync(Cancelled);

        Assert.Equal((Name, 0), (site.AgentName, site.Lider.Agents.Find(Name)!.Registrations));
        var schedule = Assert.Single((await site.Agent.CallAsync("schedule", cancellationToken: Cancelled))["result"]!.AsArray())!;
        Assert.Equal((4211, "probe", "0 3 * * *"), ((long)schedule["id"]!, (string?)schedule["plugin"], (string?)schedule["cron"]));

        // Lider's first answer has come and has changed nothing.
        await site.Lider.People.PolicyRequests.WaitAsync(request => request.User == User, 1, TimeSpan.FromSeconds(60), Cancelled);
        var house = new Household(site);
        await Household.WaitAsync(
            () => Task.FromResult(site.Agent.Log.Contains("Lider says what is assigned to ayse: 1 policies", StringComparison.Ordinal)), "Lider's answer", () => site.Agent.Log);
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(1, "probe", "NOOP", [], Cancelled)).Code);
        Assert.Empty(house.Journal);
        await house.AnnouncedLogoutAsync(User);
        Assert.Empty(site.Lider.People.PolicyAnswers.All);
        Assert.Empty(site.Lider.Violations);

        await site.Agent.StopAsync();
        Assert.Contains("already", (await ImportAsync(site.Agent)).Output, StringComparison.Ordinal);
    }

    private static async Task<AhenkCommand.Ended> ImportAsync(AgentProcess agent)
    {
        await agent.WriteConfigurationAsync();
        return await AhenkCommand.RunAsync(
            [BuiltAgent.Command, "import", "--json", "--config", agent.ConfigurationFile, "--backup", Path.Combine(agent.Directory, "backup")], "", Cancelled);
    }

    /// <summary>By the means of the Python Ahenk itself, in the columns it uses.</summary>
    private static async Task MakeDatabaseAsync(AgentProcess agent, AssignedPolicy policy)
    {
        const string Script = """
            import json, sqlite3, sys, time
            database = sqlite3.connect(sys.argv[1])
            database.executescript('''
            CREATE TABLE task (id INTEGER, create_date TEXT, modify_date TEXT, command_cls_id TEXT, parameter_map BLOB, deleted INTEGER, plugin TEXT, cron_expr TEXT, file_server TEXT);
            CREATE TABLE schedule_task (id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT);
            CREATE TABLE policy (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT, version TEXT, name TEXT, policy_id INTEGER, assign_date TEXT, execution_id TEXT, expiration_date TEXT);
            CREATE TABLE profile (id INTEGER, label TEXT, overridable INTEGER, active TEXT, deleted TEXT, profile_data TEXT, policy_id INTEGER, plugin TEXT);
            CREATE TABLE plugin (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, version TEXT);
            CREATE TABLE registration (jid TEXT, password TEXT, registered INTEGER, dn TEXT, params TEXT, timestamp TEXT);
            CREATE TABLE session (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT, display TEXT, desktop TEXT, timestamp TEXT, ip TEXT, domain TEXT);
            INSERT INTO plugin VALUES (1, 'probe', '1.0.0'), (2, 'journal', '1.0.0');
            INSERT INTO registration VALUES ('pc-7', '5f1d7a52', 1, 'cn=pc-7', '{}', '05-03-2026 11:40');
            INSERT INTO task VALUES (4211, 'None', 'None', 'NOOP', '{}', 'False', '1', '0 3 * * *', 'null');
            INSERT INTO schedule_task (task_id) VALUES ('4211');
            ''')
            version, assigned, execution = sys.argv[2:]
            database.execute("INSERT INTO policy VALUES (5, 'U', ?, 'ayse', 9, ?, ?, 'None')", (version, assigned, execution))
            database.execute("INSERT INTO profile VALUES (5, 'p', 'True', 'True', 'False', ?, 9, '2')", (json.dumps({"text": "nine"}),))
            database.execute("INSERT INTO session (username, display, desktop, timestamp) VALUES ('ayse', ':0', 'gnome', ?)", (str(int(time.time())),))
            database.commit()
            """;
        var made = await AhenkCommand.RunAsync(
            ["python3", "-c", Script, Path.Combine(agent.Directory, "ahenk.db"), policy.Version, LiderDates.SecondsInIstanbul(policy.AssignedAt),
                policy.ExecutionId.ToString(CultureInfo.InvariantCulture)], "", Cancelled);
        Assert.True(made.ExitCode == 0, made.Output);
    }
}
