using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Ldap.Tests;

[Trait("Category", "Unit")]
public sealed class OutputFolderTests
{
    [Fact]
    public void The_manifest_names_the_assembly_and_the_modes_of_the_plugin()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plugin.json")))!;

        Assert.Equal(("ldap", "1.0.0", "dotnet"), ((string?)manifest["name"], (string?)manifest["version"], (string?)manifest["kind"]));
        Assert.Equal(typeof(LdapPlugin).Assembly.GetName().Name + ".dll", (string?)manifest["assembly"]);
        Assert.Equal("""["init"]""", manifest["modes"]!.ToJsonString());
        var plugin = new LdapPlugin();
        Assert.Equal([PluginMode.Init], plugin.Modes.Keys);
        Assert.Equal(["DELETE_AGENT", "MOVE_AGENT", "RENAME_ENTRY"], plugin.Commands.Select(command => command.Id).Order());
        Assert.All(plugin.Commands, command => Assert.True(command.Idempotent));
    }
}
