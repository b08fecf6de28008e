using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser.Tests;

[Trait("Category", "Unit")]
public sealed class OutputFolderTests
{
    [Fact]
    public void The_manifest_names_the_assembly_and_the_modes_of_the_plugin()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plugin.json")))!;

        Assert.Equal(("browser", "1.0.0", "dotnet"), ((string?)manifest["name"], (string?)manifest["version"], (string?)manifest["kind"]));
        Assert.Equal(typeof(BrowserPlugin).Assembly.GetName().Name + ".dll", (string?)manifest["assembly"]);
        Assert.Equal("""["safe"]""", manifest["modes"]!.ToJsonString());
        var plugin = new BrowserPlugin();
        Assert.Equal([PluginMode.Safe], plugin.Modes.Keys);
        Assert.NotNull(plugin.Policy);
        Assert.Empty(plugin.Commands);
    }
}
