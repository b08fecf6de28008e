using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>The real daemon and what can be seen of it from outside; it needs no server for that.</summary>
[Trait("Category", "Integration")]
public sealed partial class DiagnosticsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task What_is_not_asked_for_is_not_loaded_and_does_not_listen()
    {
        await using var agent = new AgentProcess();
        await StartAsync(agent);

        var (exitCode, output, _) = await AhenkCommand.RunAsync(agent, Cancelled, "dashboard");

        Assert.Equal(1, exitCode);
        Assert.Contains("ahenk config set DIAGNOSTICS.dashboard on", output, StringComparison.Ordinal);

        // What the silo itself needs of ASP.NET Core are the interfaces of connections.
        Assert.Equal(["Microsoft.AspNetCore.Connections.Abstractions.dll"], Loaded(agent));
        Assert.Equal("", await ListenersAsync(agent));
    }

    [Fact]
    public async Task The_dashboard_shows_grains_in_a_browser_to_whom_the_command_gives_its_address()
    {
        await using var agent = new AgentProcess().Set("DIAGNOSTICS", "dashboard", "on");
        await StartAsync(agent);
        var address = await AddressAsync(agent);
        var (place, token) = (new Uri(address.GetLeftPart(UriPartial.Path)), address.Query["?token=".Length..]);
        Assert.Equal("127.0.0.1", place.Host);
        Assert.Matches($"127\\.0\\.0\\.1:{place.Port} ", Assert.Single((await ListenersAsync(agent)).Split('\n')));
        Assert.Contains("Microsoft.AspNetCore.Server.Kestrel.Core.dll", Loaded(agent));
        Assert.Contains("Orleans.Dashboard.dll", Loaded(agent));

        using var client = new HttpClient { BaseAddress = place };
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/DashboardCounters", Cancelled)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/GrainState?grainId=0&grainType=Ahenk.Grains.AgentGrain", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/Trace", Cancelled)).StatusCode);

        // The figures are sampled every few seconds.
        await Household.WaitAsync(
            async () => (await client.GetStringAsync("/DashboardCounters", Cancelled)).Contains("AgentGrain", StringComparison.Ordinal), "grains among the counters", () => agent.Log);
        var grains = new Uri(address, address.PathAndQuery + "#/grains");
        var picture = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Screenshots")).FullName, "dashboard.png");
        await BrowseAsync(grains, $"--screenshot={picture}");
        Assert.True(new FileInfo(picture).Length > 20_000);
        var page = await BrowseAsync(grains, "--dump-dom");
        Assert.Matches(">AgentGrain<", page);
        Assert.Matches(">PolicyGrain<", page);

        Assert.DoesNotContain(token, agent.Log + agent.Output + agent.Audit, StringComparison.Ordinal);
        Assert.Equal(0, await agent.StopAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_and_the_agent_works_without_the_dashboard()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var agent = new AgentProcess().Set("DIAGNOSTICS", "dashboard", "on").Set("DIAGNOSTICS", "dashboard_port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");
        await StartAsync(agent);

        var (exitCode, output, _) = await AhenkCommand.RunAsync(agent, Cancelled, "dashboard");

        Assert.Equal(1, exitCode);
        Assert.Contains("Set another [DIAGNOSTICS] dashboard_port", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_sends_metrics_is_loaded_where_a_collector_is_named_and_one_that_is_not_there_is_told()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var nobody = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        taken.Stop();
        await using var agent = new AgentProcess().Set("DIAGNOSTICS", "otlp_endpoint", nobody).Set("DIAGNOSTICS", "otlp_headers", "x-key=hush-hush");
        await StartAsync(agent);

        await Household.WaitAsync(() => Task.FromResult(agent.Log.Contains($"[METRICS] {nobody}/v1/metrics", StringComparison.Ordinal)), "the failure in the log", () => agent.Log);

        Assert.Contains("OpenTelemetry.dll", Loaded(agent));
        Assert.DoesNotContain("Orleans.Dashboard.dll", Loaded(agent));
        Assert.Equal("", await ListenersAsync(agent));
        Assert.DoesNotContain("hush-hush", agent.Log + agent.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_and_the_session_are_counted_in_the_file()
    {
        string? file = null;
        await using var site = await Installation.OnlineAsync(agent: agent =>
        {
            file = Path.Combine(Directory.CreateDirectory(Path.Combine(agent.Directory, "metrics")).FullName, "ahenk.prom");
            agent.Set("DIAGNOSTICS", "metrics_file", file).Set("DIAGNOSTICS", "metrics_interval", "1").Set("DIAGNOSTICS", "metrics_orleans", "on");
        });
        await site.RunAsync(51, "probe", "NOOP", [], Cancelled);

        string[] expected =
        [
            "ahenk_tasks_received_total 1", "ahenk_tasks_finished_total{ahenk_task_code=\"TASK_PROCESSED\"} 1", "ahenk_tasks_duration_seconds_count{ahenk_task_code=\"TASK_PROCESSED\"} 1",
            "ahenk_plugin_calls_total{ahenk_outcome=\"processed\",ahenk_plugin_name=\"probe\"} 1", "ahenk_connection_up 1",
        ];
        await Household.WaitAsync(
            async () => File.Exists(file) && expected.Except(await File.ReadAllLinesAsync(file!, Cancelled)).ToArray() is [], "the task among the metrics", () => File.ReadAllText(file!));

        var text = await File.ReadAllTextAsync(file!, Cancelled);
        Assert.Matches("(?m)^ahenk_connection_sessions_total\\{.*\\} [1-9]", text);
        Assert.Matches("(?m)^ahenk_connection_stanzas_received_total [1-9]", text);
        Assert.Matches("(?m)^ahenk_connection_stanzas_sent_total [1-9]", text);
        Assert.Matches("(?m)^ahenk_database_commit_duration_seconds_count\\{ahenk_database_synced=\"true\"\\} [1-9]", text);
        Assert.Matches("(?m)^orleans_", text);
        Assert.DoesNotContain(Loaded(site.Agent), name => name.StartsWith("OpenTelemetry", StringComparison.Ordinal));
    }

    private static async Task StartAsync(AgentProcess agent)
    {
        await agent.StartAsync();
        await agent.WaitForStatusAsync(status => ((string?)status["connection"])!.StartsWith("waiting for", StringComparison.Ordinal), "waiting", Patience, Cancelled);
    }

    private static async Task<Uri> AddressAsync(AgentProcess agent)
    {
        var (exitCode, output, _) = await AhenkCommand.RunAsync(agent, Cancelled, "dashboard", "--json");
        return exitCode == 0 ? new Uri((string)JsonNode.Parse(output)!["address"]!) : throw new InvalidOperationException(output);
    }

    /// <summary>The assemblies of web server, dashboard and OpenTelemetry that the process has mapped.</summary>
    private static string[] Loaded(AgentProcess agent) =>
        [.. Assemblies().Matches(File.ReadAllText($"/proc/{agent.ProcessId}/maps")).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    private static async Task<string> ListenersAsync(AgentProcess agent)
    {
        var (_, output, _) = await AhenkCommand.RunAsync(["ss", "-Hltnup"], "", Cancelled);
        return string.Join('\n', output.Split('\n').Where(line => line.Contains($"pid={agent.ProcessId},", StringComparison.Ordinal)));
    }

    private static async Task<string> BrowseAsync(Uri address, string what)
    {
        var profile = Directory.CreateTempSubdirectory("ahenk-browser-").FullName;
        try
        {
            var (exitCode, output, _) = await AhenkCommand.RunAsync(
                [
                    "timeout", "--kill-after=5", "60", "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                    $"--user-data-dir={profile}", "--window-size=1300,900", "--virtual-time-budget=8000", what, address.ToString(),
                ],
                "",
                Cancelled);
            return exitCode == 0 ? output : throw new InvalidOperationException($"Chromium ended with {exitCode}: {output}");
        }
        finally
        {
            Directory.Delete(profile, recursive: true);
        }
    }

    [GeneratedRegex(@"/((?:Microsoft\.AspNetCore|Orleans\.Dashboard|Ahenk\.Dashboard|OpenTelemetry)[^/\n]*\.dll)")]
    private static partial Regex Assemblies();
}
