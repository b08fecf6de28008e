namespace Ahenk.Plugins.PackageManager.Sources;

/// <summary>A paragraph of a <c>.sources</c> file (sources.list(5), deb822): fields, and between them comments, which stay where they are.</summary>
internal sealed class Deb822
{
    private readonly List<string> _lines;

    private Deb822(List<string> lines) => _lines = lines;

    /// <summary>Reads a file's paragraphs; each takes the empty lines behind it with it.</summary>
    public static IReadOnlyList<Deb822> ParseFile(string text)
    {
        var paragraphs = new List<Deb822>();
        var lines = new List<string>();
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (lines.Count > 0 && string.IsNullOrWhiteSpace(lines[^1]) && !string.IsNullOrWhiteSpace(line))
            {
                paragraphs.Add(new Deb822(lines));
                lines = [];
            }

            lines.Add(line);
        }

        paragraphs.Add(new Deb822(lines));
        return paragraphs;
    }

    /// <summary>The paragraph's text, with its last line's end.</summary>
    public string Text => string.Concat(_lines.Select(line => line + "\n"));

    /// <summary>Its repositories in the one-line form; none when it is not enabled or has no repository.</summary>
    public IEnumerable<SourceLine> Sources =>
        from type in Words("Types")
        from uri in Words("URIs")
        from suite in Words("Suites")
        where IsEnabled
        let line = SourceLine.Parse(string.Join(' ', (string[])[type, .. Options(), uri, suite, .. Words("Components")]))
        where line is not null
        select line;

    /// <summary>
    /// The paragraph without what a line names: source packages of the same place go with the binary ones. What is left may need several paragraphs.
    /// </summary>
    /// <returns>Empty when nothing is left.</returns>
    public IReadOnlyList<Deb822> Without(SourceLine removed)
    {
        var suites = Words("Suites");
        var left = Words("URIs").Select(uri => (Uri: uri, Suites: uri == removed.Uri ? [.. suites.Where(suite => suite != removed.Suite)] : suites))
            .Where(place => place.Suites.Count > 0)
            .GroupBy(place => string.Join(' ', place.Suites));
        return [.. left.Select(group => With("URIs", string.Join(' ', group.Select(place => place.Uri))).With("Suites", group.Key))];
    }

    private bool IsEnabled => Value("Enabled")?.Trim().ToLowerInvariant() is not ("no" or "false" or "without" or "off" or "disable" or "0");

    /// <summary>What belongs in the brackets of the one-line form. A key that stands in the file itself has no place there.</summary>
    private IEnumerable<string> Options()
    {
        var options = new List<string>();
        Add("arch", "Architectures");
        if (Value("Signed-By") is { } key && !key.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            Add("signed-by", "Signed-By");
        }

        Add("trusted", "Trusted");
        return options.Count > 0 ? [$"[{string.Join(' ', options)}]"] : [];

        void Add(string option, string field)
        {
            if (Words(field) is { Count: > 0 } words)
            {
                options.Add($"{option}={string.Join(',', words)}");
            }
        }
    }

    private List<string> Words(string field) => [.. (Value(field) ?? "").Split((char[])[' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];

    private string? Value(string field) => Find(field) is var (start, count) && count > 0
        ? string.Join('\n', _lines.Skip(start).Take(count).Where(line => !line.StartsWith('#')))[(field.Length + 1)..]
        : null;

    private Deb822 With(string field, string value)
    {
        var (start, count) = Find(field);
        return new Deb822([.. _lines.Take(start), $"{_lines[start][..field.Length]}: {value}", .. _lines.Skip(start + count)]);
    }

    /// <summary>The lines of a field: its first, and those that begin with a blank or are comments between such.</summary>
    private (int Start, int Count) Find(string field)
    {
        var start = _lines.FindIndex(line => line.StartsWith(field + ":", StringComparison.OrdinalIgnoreCase));
        if (start < 0)
        {
            return (0, 0);
        }

        var end = start + 1;
        for (var i = end; i < _lines.Count && (_lines[i].StartsWith('#') || (_lines[i].Length > 0 && _lines[i][0] is ' ' or '\t')); i++)
        {
            end = _lines[i].StartsWith('#') ? end : i + 1;
        }

        return (start, end - start);
    }
}
