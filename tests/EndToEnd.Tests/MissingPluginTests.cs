using System.Text.Json.Nodes;
using Ahenk.FileServers;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>Tasks whose plugin is not there (LP 7).</summary>
[Trait("Category", "Integration")]
public sealed class MissingPluginTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task A_missing_plugin_is_installed_from_the_package_that_Lider_offers_and_the_task_runs()
    {
        await using var http = await HttpTestServer.StartAsync();
        await using var site = await Installation.OnlineAsync(
            configure: options => options with { Packages = _ => Source(http, "late.deb") },
            agent: agent => agent.Set("PLUGIN", "package_policy", "any"));
        await using var package = await DebianPackage.BuildAsync("ahenk-late", SomePlugin("late"), Path.Combine(site.Agent.Plugins, "late"));
        File.Copy(package.File, Path.Combine(http.Root, "late.deb"));

        var answer = await site.RunAsync(1, "late", "NOOP", [], Cancelled);

        Assert.Equal(("TASK_PROCESSED", "done"), (answer.Code, answer.Message));
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(2, "late", "NOOP", [], Cancelled)).Code);
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_package_over_plain_http_is_not_installed_unless_the_configuration_says_so()
    {
        await using var http = await HttpTestServer.StartAsync();
        await using var site = await Installation.OnlineAsync(configure: options => options with { Packages = _ => Source(http, "late.deb") });
        await using var package = await DebianPackage.BuildAsync("ahenk-late", SomePlugin("late"), Path.Combine(site.Agent.Plugins, "late"));
        File.Copy(package.File, Path.Combine(http.Root, "late.deb"));

        var answer = await site.RunAsync(1, "late", "NOOP", [], Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains("package_policy", answer.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(site.Agent.Plugins, "late")));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("not a package")]
    [InlineData("another package")]
    [InlineData("gone")]
    public async Task What_Lider_offers_and_cannot_be_installed_is_answered_with_the_reason(string what)
    {
        await using var http = await HttpTestServer.StartAsync();
        await using var site = await Installation.OnlineAsync(
            configure: options => options with { Packages = _ => what == "none" ? null : Source(http, "late.deb") },
            agent: agent => agent.Set("PLUGIN", "package_policy", "any"));
        await using var package = await DebianPackage.BuildAsync("ahenk-another", SomePlugin("late"), Path.Combine(site.Agent.Plugins, "another"));
        if (what == "another package")
        {
            File.Copy(package.File, Path.Combine(http.Root, "late.deb"));
        }
        else if (what == "not a package")
        {
            await File.WriteAllTextAsync(Path.Combine(http.Root, "late.deb"), "no archive", Cancelled);
        }

        var answer = await site.RunAsync(1, "late", "NOOP", [], Cancelled);

        Assert.Equal("TASK_ERROR", answer.Code);
        Assert.Contains(
            what switch
            {
                "none" => "no package of it",
                "not a package" => "not a Debian package",
                "another package" => "'ahenk-another'",
                _ => "404",
            },
            answer.Message,
            StringComparison.Ordinal);
        Assert.Equal("TASK_PROCESSED", (await site.RunAsync(2, "probe", "NOOP", [], Cancelled)).Code);
    }

    [Fact]
    public async Task Fifty_tasks_that_wait_for_a_plugin_outlive_a_kill_and_run_when_it_is_put_there()
    {
        const int Tasks = 50;
        await using var site = await Installation.OnlineAsync();
        for (var id = 1; id <= Tasks; id++)
        {
            await site.SendAsync(id, "late", "APPEND", new JsonObject { ["file"] = Path.Combine(site.Agent.Directory, "runs") }, Cancelled);
        }

        await site.Agent.WaitForStatusAsync(status => (int?)status["unfinished_tasks"] == Tasks, "50 tasks waiting", Patience, Cancelled);
        await site.Agent.KillAsync();
        await site.Agent.StartAsync();
        await site.Agent.WaitForStatusAsync(status => (string?)status["connection"] == "online", "online again", Patience, Cancelled);
        Assert.DoesNotContain(site.Lider.Tasks.Tasks, task => task.Final is not null);

        PutPlugin(site, "late");

        await site.Lider.Tasks.WaitForAnswersAsync(Tasks, Patience, Cancelled);
        Assert.All(site.Lider.Tasks.Tasks, task => Assert.Equal("TASK_PROCESSED", task.Final!.Code));
        Assert.Equal(
            Enumerable.Range(1, Tasks).Select(id => $"{id}"), await File.ReadAllLinesAsync(Path.Combine(site.Agent.Directory, "runs"), Cancelled));
        Assert.Empty(site.Lider.Violations);
    }

    [Fact]
    public async Task A_task_that_was_answered_for_want_of_its_plugin_runs_when_it_comes_and_its_result_is_sent_too()
    {
        await using var site = await Installation.OnlineAsync(agent: agent => agent.Set("PLUGIN", "install_timeout", "1"));
        var first = await site.RunAsync(1, "late", "NOOP", [], Cancelled);
        Assert.Equal("TASK_ERROR", first.Code);
        Assert.Contains("install_timeout", first.Message, StringComparison.Ordinal);

        PutPlugin(site, "late");

        var late = await site.Lider.Tasks.WaitForFinalAnswerAsync(1, 2, Patience, Cancelled);
        Assert.Equal("TASK_PROCESSED", late.Code);
    }

    private static JsonObject Source(HttpTestServer http, string name) =>
        new() { ["protocol"] = "HTTP", ["parameterMap"] = new JsonObject { ["url"] = $"{http.Address}/{name}" } };

    /// <summary>The probe under another name, in a folder of the test's own.</summary>
    private static string SomePlugin(string name) => BuiltAgent.CopyPlugin("probe", name, Directory.CreateTempSubdirectory("ahenk-plugin-").FullName);

    private static void PutPlugin(Site site, string name) => BuiltAgent.CopyPlugin("probe", name, Directory.CreateDirectory(Path.Combine(site.Agent.Plugins, name)).FullName);
}
