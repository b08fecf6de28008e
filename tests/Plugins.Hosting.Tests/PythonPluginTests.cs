using System.Text.Json.Nodes;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>A plugin of the original agent, in the real host program, through everything that stands between a grain and its files.</summary>
[Trait("Category", "Integration")]
public sealed class PythonPluginTests : IAsyncLifetime
{
    private readonly RecordingLoggers _log = new();
    private readonly PluginFolder _plugins;

    public PythonPluginTests()
    {
        _plugins = new PluginFolder(_log);
        _plugins.Options = _plugins.Options with { PythonHostDirectory = Path.Combine(PythonMisdoers.Repository, "src", "PythonHost") };
        new PythonMisdoers().Prepare(_plugins);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(PythonMisdoers.Repository, "tests", "PythonPlugins", "py-greeter"), "*.py"))
        {
            PluginFolder.Write(Directory.CreateDirectory(Path.Combine(_plugins.Root, "py-greeter")).FullName, Path.GetFileName(file), File.ReadAllBytes(file));
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _plugins.Host.UnloadAsync("py-greeter");
        _plugins.Dispose();
    }

    [Fact]
    public async Task It_is_found_without_a_manifest_with_its_commands_policy_modes_and_version()
    {
        Assert.Null((await _plugins.Host.FindAsync("py-greeter", "1.0.0", "greet")).Problem);
        Assert.Null((await _plugins.Host.FindAsync("PY-GREETER", null, null)).Problem);
        Assert.True((await _plugins.Host.FindAsync("py-greeter", "9.9.9", "GREET")).Missing);
        Assert.Equal(
            [PluginMode.Init, PluginMode.Login, PluginMode.Logout, PluginMode.Safe, PluginMode.Shutdown], _plugins.Report("py-greeter").Modes.Order());
    }

    [Fact]
    public async Task Its_tasks_are_answered_with_data_and_mail()
    {
        var outcome = await _plugins.Run(
            "py-greeter", "GREET", """{"name":"Ayşe","mailSend":true,"mailSubject":"Selam","mailContent":"to {name}"}""");

        Assert.Equal((PluginCode.Processed, "Greeted Ayşe"), (outcome.Code, outcome.Message));
        var data = JsonNode.Parse(outcome.Data!)!;
        Assert.Equal(("Merhaba Ayşe", 7), ((string?)data["Result"], (int)data["task"]!));
        Assert.Equal((true, "Selam", "to Ayşe"), ((bool)data["mail_send"]!, (string?)data["mail_subject"], (string?)data["mail_content"]));
    }

    [Fact]
    public async Task Its_policy_is_applied_for_a_user_and_its_modes_run_for_that_user()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_plugins.Root, "greetings")).FullName;
        var profile = PluginFolder.Profile(new JsonObject { ["folder"] = folder, ["text"] = "Merhaba" }.ToJsonString(), "ayse");

        var applied = (await _plugins.Host.RunAsync("py-greeter", profile, Token)).Outcome;
        Assert.Equal((PluginCode.Processed, "Greeting of ayse is set"), (applied.Code, applied.Message));
        Assert.Equal("Merhaba", await File.ReadAllTextAsync(Path.Combine(folder, "greeting-ayse"), Token));

        await _plugins.Host.RunAsync("py-greeter", PluginFolder.Mode("Login", "ayse"), Token);
        Assert.True(File.Exists(Path.Combine(folder, "greeting-ayse")));
        await _plugins.Host.RunAsync("py-greeter", PluginFolder.Mode("Safe", "ayse"), Token);
        Assert.False(File.Exists(Path.Combine(folder, "greeting-ayse")));

        Assert.Contains(_log.Lines, line => line.Text.Contains("login of ayse", StringComparison.Ordinal));
    }
}
