using System.Text.Json.Nodes;

namespace Ahenk.Plugins.PackageManager.Tests;

[Trait("Category", "Unit")]
public sealed class OutputFolderTests
{
    [Fact]
    public void The_manifest_names_the_assembly_of_the_plugin()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plugin.json")))!;

        Assert.Equal(
            ("package-manager", "1.0.0", "dotnet"), ((string?)manifest["name"], (string?)manifest["version"], (string?)manifest["kind"]));
        Assert.Equal(typeof(PackageManagerPlugin).Assembly.GetName().Name + ".dll", (string?)manifest["assembly"]);
    }
}
