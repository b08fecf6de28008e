using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Ahenk.Plugins.Sdk.Tests;

/// <summary>What docs/writing-a-plugin.md and plugins/.template give to authors works.</summary>
[Trait("Category", "Unit")]
public sealed partial class AuthorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_of_the_page_compiles_and_its_commands_run()
    {
        var machine = new FakeMachine(new Dictionary<string, string> { ["lpstat -e"] = "Kat1\nKat2\n" });
        var plugin = Example();

        var listed = await Command(plugin, "LIST_PRINTERS").Run(machine.Context(), Token);
        var cancelled = await Command(plugin, "CANCEL_JOBS").Run(machine.Context(new JsonObject { ["printers"] = "Kat1, Kat2" }), Token);

        Assert.Equal((PluginCode.Processed, """{"printers":["Kat1","Kat2"]}"""), (listed.Code, listed.Data!.ToJsonString()));
        Assert.Equal(PluginCode.Processed, cancelled.Code);
        Assert.Equal(["lpstat -e", "cancel -a Kat1", "cancel -a Kat2"], machine.Ran);
        await Assert.ThrowsAsync<PluginInputException>(
            () => Command(plugin, "CANCEL_JOBS").Run(machine.Context(new JsonObject { ["printers"] = "-x" }), Token));
    }

    [Fact]
    public async Task The_policy_of_the_example_can_be_applied_twice_and_undone()
    {
        var machine = new FakeMachine(new Dictionary<string, string> { ["lpstat -d"] = "system default destination: Kat1\n" });
        var plugin = Example();
        var profile = new JsonObject { ["printer"] = "Kat2" };

        await plugin.Policy!.Apply(machine.Context(profile, "ali"), Token);
        await plugin.Policy.Apply(machine.Context(profile, "ali"), Token);
        await plugin.Modes[PluginMode.Safe](machine.Context(null, "ali"), Token);
        await plugin.Modes[PluginMode.Safe](machine.Context(null, "ali"), Token);

        Assert.Equal(["lpstat -d", "lpadmin -d Kat2", "lpadmin -d Kat2", "lpadmin -d Kat1"], machine.Ran);
    }

    [Fact]
    public async Task The_template_compiles_and_its_command_runs()
    {
        var machine = new FakeMachine(new Dictionary<string, string> { ["uptime --pretty"] = "up 3 days\n" });
        var plugin = Source.Plugin(await File.ReadAllTextAsync(InTemplate("MyPlugin.cs"), Token));

        var result = await Assert.Single(plugin.Commands).Run(machine.Context(), Token);

        Assert.Equal((PluginCode.Processed, """{"Result":"up 3 days"}"""), (result.Code, result.Data!.ToJsonString()));
        Assert.Empty(plugin.Modes);
    }

    [Fact]
    public void The_manifest_and_the_project_of_the_template_name_the_same_assembly()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(InTemplate("plugin.json")))!;
        var project = XDocument.Load(InTemplate("my-plugin.csproj"));

        Assert.Equal(("my-plugin", "dotnet"), ((string?)manifest["name"], (string?)manifest["kind"]));
        Assert.Equal(project.Descendants("AssemblyName").Single().Value + ".dll", (string?)manifest["assembly"]);
        foreach (var reference in project.Descendants("ProjectReference"))
        {
            Assert.True(File.Exists(InTemplate((string)reference.Attribute("Include")!)));
        }
    }

    private static IPlugin Example()
    {
        var page = File.ReadAllText(Path.Combine(Source.Tree, "docs/writing-a-plugin.md"));
        return Source.Plugin(CodeBlock().Matches(page).Select(block => block.Groups[1].Value));
    }

    private static PluginCommand Command(IPlugin plugin, string id) => plugin.Commands.Single(command => command.Id == id);

    private static string InTemplate(string name) => Path.Combine(Source.Tree, "plugins/.template", name);

    [GeneratedRegex(@"^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
