using System.Globalization;
using System.Text;

namespace Ahenk.Silo.Diagnostics;

/// <summary>
/// Prometheus' text exposition format, version 0.0.4, with names as OpenTelemetry's specification for Prometheus makes them: <c>ahenk.tasks.finished</c> becomes
/// <c>ahenk_tasks_finished_total</c>, and a unit is a part of the name.
/// </summary>
internal static class PrometheusText
{
    /// <summary>Writes families; of two that come to bear the same name the first is taken.</summary>
    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var group in families.GroupBy(NameOf).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var first = group.First();
            var points = group.Where(family => family.Kind == first.Kind).SelectMany(family => family.Points).DistinctBy(point => Labels(point.Labels, null)).ToArray();
            if (points.Length > 0)
            {
                Write(text, group.Key, first, points);
            }
        }

        return text.ToString();
    }

    /// <summary>The name of a family.</summary>
    public static string NameOf(MetricFamily family)
    {
        var name = Clean(family.Name);
        var unit = family.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            _ => null,
        };
        if (unit is not null && !name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            name += "_" + unit;
        }

        return family.Kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static void Write(StringBuilder text, string name, MetricFamily family, IReadOnlyList<MetricPoint> points)
    {
        if (!string.IsNullOrEmpty(family.Description))
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(Escape(family.Description, isLabel: false)).Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
        foreach (var point in points)
        {
            if (point.Buckets is not { } buckets)
            {
                Sample(text, name, Labels(point.Labels, null), point.Value);
                continue;
            }

            foreach (var (bound, count) in buckets)
            {
                Sample(text, name + "_bucket", Labels(point.Labels, Number(bound)), count);
            }

            Sample(text, name + "_sum", Labels(point.Labels, null), point.Value);
            Sample(text, name + "_count", Labels(point.Labels, null), buckets[^1].Count);
        }
    }

    private static void Sample(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels).Append(' ').Append(Number(value)).Append('\n');

    private static string Labels(IReadOnlyList<KeyValuePair<string, string>> labels, string? bound)
    {
        var all = labels.Select(label => $"{Clean(label.Key)}=\"{Escape(label.Value, isLabel: true)}\"").ToList();
        if (bound is not null)
        {
            all.Add($"le=\"{bound}\"");
        }

        return all.Count == 0 ? "" : $"{{{string.Join(',', all)}}}";
    }

    /// <summary>Letters, digits and underscores, and no digit first.</summary>
    private static string Clean(string name)
    {
        var clean = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? "_" + clean : clean;
    }

    private static string Escape(string text, bool isLabel)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isLabel ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString(CultureInfo.InvariantCulture);
}
