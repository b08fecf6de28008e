using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Conky.Tests;

[Trait("Category", "Unit")]
public sealed class OutputFolderTests
{
    [Fact]
    public void The_manifest_names_the_assembly_and_the_modes_of_the_plugin()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plugin.json")))!;

        Assert.Equal(("conky", "1.0.0", "dotnet"), ((string?)manifest["name"], (string?)manifest["version"], (string?)manifest["kind"]));
        Assert.Equal(typeof(ConkyPlugin).Assembly.GetName().Name + ".dll", (string?)manifest["assembly"]);
        Assert.Equal("""["safe","shutdown"]""", manifest["modes"]!.ToJsonString());
        var plugin = new ConkyPlugin();
        Assert.Equal([PluginMode.Safe, PluginMode.Shutdown], plugin.Modes.Keys.Order());
        Assert.NotNull(plugin.Policy);
        Assert.Equal(["EXECUTE_CONKY", "EXECUTE_XMESSAGE"], plugin.Commands.Select(command => command.Id).Order());
    }
}
