using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>Every row of the tables 2.1 to 2.10 of PL, but for what needs a test of its own.</summary>
public sealed class TableTests(ProbeHost probe) : SurfaceTest(probe)
{
    public static IEnumerable<TheoryDataRow<string, string>> Rows =>
        from table in Row.Tables from row in Row.Read(table) select new TheoryDataRow<string, string>(table, row.Name);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_surface_is_as_plugins_know_it(string table, string name)
    {
        var row = Assert.Single(Row.Read(table), row => row.Name == name);
        var call = new JsonObject();
        var nobody = Path.Combine(Folders.FakeState, "nobody");
        foreach (var circumstance in row.Circumstances)
        {
            switch (circumstance)
            {
                case "user ayse":
                    call["user"] = "ayse";
                    break;
                case "nobody":
                    await File.WriteAllTextAsync(nobody, "", TestContext.Current.CancellationToken);
                    break;
                case "file server":
                    call["file_server"] = JsonNode.Parse("""{"protocol":"SSH","parameterMap":{"host":"10.0.0.1"}}""");
                    break;
                default:
                    Assert.Fail($"Nobody knows what '{circumstance}' means.");
                    break;
            }
        }

        try
        {
            await CheckAsync(row.Expression, row.Expected, row.Statements, call);
        }
        finally
        {
            File.Delete(nobody);
        }
    }
}
