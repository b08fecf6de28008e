using System.Globalization;
using System.Text;

namespace Ahenk.Silo.Tests;

/// <summary>A sample as it stands in the text.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>Reads Prometheus' text format 0.0.4 and refuses whatever is not exactly of it.</summary>
internal sealed class PrometheusReader
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _helps = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string? _family;

    public List<Sample> Samples { get; } = [];

    public IReadOnlyDictionary<string, string> Types => _types;

    public static PrometheusReader Read(string text)
    {
        var reader = new PrometheusReader();
        if (text.Length > 0 && text[^1] != '\n')
        {
            throw new FormatException("The last line does not end.");
        }

        foreach (var line in text.Split('\n')[..^1])
        {
            reader.ReadLine(line);
        }

        return reader;
    }

    public double Value(string name, params (string Name, string Value)[] labels) =>
        Samples.Single(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    private void ReadLine(string line)
    {
        if (line.StartsWith("# HELP ", StringComparison.Ordinal))
        {
            var name = line.Split(' ')[2];
            Require(IsName(name) && _helps.Add(name) && !_types.ContainsKey(name), line);
        }
        else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
        {
            var parts = line.Split(' ');
            Require(parts.Length == 4 && parts[3] is "counter" or "gauge" or "histogram" && IsName(parts[2]) && _types.TryAdd(parts[2], parts[3]), line);
            _family = parts[2];
        }
        else
        {
            var sample = ReadSample(line);
            var type = _types.GetValueOrDefault(_family ?? "");
            Require(
                type == "histogram" ? sample.Name == _family + "_sum" || sample.Name == _family + "_count" || (sample.Name == _family + "_bucket" && sample.Labels.ContainsKey("le"))
                : type is not null && sample.Name == _family && (type != "counter" || (sample.Value >= 0 && sample.Name.EndsWith("_total", StringComparison.Ordinal))),
                line);
            Require(_seen.Add(line[..line.LastIndexOf(' ')]), line);
            Samples.Add(sample);
        }
    }

    private static Sample ReadSample(string line)
    {
        var at = line.IndexOfAny(['{', ' ']);
        Require(at > 0 && IsName(line[..at]), line);
        var name = line[..at];
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (line[at] == '{')
        {
            at++;
            while (true)
            {
                var equals = line.IndexOf('=', at);
                var label = line[at..equals];
                Require(IsName(label) && !label.Contains(':', StringComparison.Ordinal) && line[equals + 1] == '"', line);
                at = equals + 2;
                var value = new StringBuilder();
                for (; line[at] != '"'; at++)
                {
                    value.Append(line[at] != '\\' ? line[at] : line[++at] switch { 'n' => '\n', '"' => '"', '\\' => '\\', _ => throw new FormatException(line) });
                }

                Require(labels.TryAdd(label, value.ToString()), line);
                at++;
                if (line[at] == '}')
                {
                    at++;
                    break;
                }

                Require(line[at++] == ',', line);
            }
        }

        Require(line[at] == ' ', line);
        var number = line[(at + 1)..];
        return new Sample(name, labels, number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        });
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or ':');

    private static void Require(bool isSo, string line)
    {
        if (!isSo)
        {
            throw new FormatException($"Not allowed there: {line}");
        }
    }
}
