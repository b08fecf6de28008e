namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>
/// One row of PL part 2 as a file in <c>Rows</c> has it: <c># its name</c>, <c>@ what is special about the call</c>,
/// <c>&gt; statements</c>, the expression (a plugin's <c>self</c> and <c>context</c> are at hand), and <c>= the JSON of its value</c>.
/// </summary>
internal sealed record Row(string Name, IReadOnlySet<string> Circumstances, string Statements, string Expression, string Expected)
{
    public static IReadOnlyList<string> Tables { get; } =
        [.. Directory.GetFiles(Repository.Own("Surface", "Rows"), "*.rows").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    public static IEnumerable<Row> Read(string table) => File
        .ReadAllText(Repository.Own("Surface", "Rows", table + ".rows"))
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(Parse);

    private static Row Parse(string text)
    {
        var lines = text.Split('\n');
        return new Row(
            Assert.Single(Of('#')), Of('@').ToHashSet(), string.Join('\n', Of('>')),
            string.Join('\n', lines.Where(line => !line.StartsWith("# ", StringComparison.Ordinal) && !"@>=".Contains(line[0]))),
            string.Join(' ', Of('=')));

        IEnumerable<string> Of(char mark) =>
            lines.Where(line => line.StartsWith($"{mark} ", StringComparison.Ordinal)).Select(line => line[2..]);
    }
}
