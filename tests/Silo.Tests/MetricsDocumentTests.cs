using System.Diagnostics.Metrics;
using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Diagnostics;

namespace Ahenk.Silo.Tests;

/// <summary>docs/metrics.md is what dashboards and alarms are made by.</summary>
[Trait("Category", "Unit")]
public sealed class MetricsDocumentTests
{
    [Fact]
    public void Its_table_has_every_instrument_with_both_its_names_its_kind_and_its_meaning()
    {
        var expected = string.Concat(Instruments().Order(StringComparer.Ordinal));
        var folder = typeof(MetricsDocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Documents").Value!;
        var lines = File.ReadAllLines(Path.Combine(folder, "metrics.md"));
        var head = Array.FindIndex(lines, line => line.StartsWith("| instrument |", StringComparison.Ordinal));

        // The attributes are the last column; the code knows them only when they are told.
        var found = string.Concat(lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|')).Select(line => line[..(line.LastIndexOf(" |", line.Length - 3, StringComparison.Ordinal) + 2)] + "\n"));

        // For whoever has to bring the document up to date.
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "metrics-table.md"), expected);
        Assert.True(expected == found, $"The table is not up to date; without its last column it should be as in {AppContext.BaseDirectory}metrics-table.md.");
    }

    private static List<string> Instruments()
    {
        var rows = new List<string>();
        AgentMetrics.LoggedIn();
        using var gauges = new AgentGauges(null!, null!, TimeProvider.System);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == AgentMetrics.MeterName)
                {
                    var family = new MetricSeries(instrument).Read();
                    rows.Add($"| `{family.Name}` | `{PrometheusText.NameOf(family)}` | {family.Kind.ToString().ToLowerInvariant()} | {family.Unit ?? "–"} | {family.Description} |\n");
                }
            },
        };
        listener.Start();
        return [.. rows.Distinct()];
    }
}
