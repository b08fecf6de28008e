using System.Diagnostics.Metrics;
using Ahenk.Silo.Diagnostics;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class MetricCollectorTests : IDisposable
{
    private readonly Meter _meter = new($"Test.{Guid.NewGuid()}");
    private readonly MetricCollector _collector;

    public MetricCollectorTests() => _collector = new MetricCollector([_meter.Name]);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Names_units_and_kinds_become_those_of_Prometheus()
    {
        _meter.CreateCounter<long>("ahenk.tasks.finished", "{task}", "Tasks.").Add(2);
        _meter.CreateCounter<double>("cpu.time", "s").Add(1.5);
        _meter.CreateObservableGauge("memory", () => 7L, "By");
        _meter.CreateUpDownCounter<int>("up-down").Add(-3);
        _meter.CreateHistogram<double>("wait", "s").Record(0.3);

        var text = Read();

        Assert.Equal(2, text.Value("ahenk_tasks_finished_total"));
        Assert.Equal(1.5, text.Value("cpu_time_seconds_total"));
        Assert.Equal(7, text.Value("memory_bytes"));
        Assert.Equal(-3, text.Value("up_down"));
        Assert.Equal(("counter", "gauge", "gauge", "histogram"), (text.Types["cpu_time_seconds_total"], text.Types["memory_bytes"], text.Types["up_down"], text.Types["wait_seconds"]));
    }

    [Fact]
    public void A_histogram_has_buckets_that_count_all_up_to_their_bound()
    {
        var histogram = _meter.CreateHistogram("wait", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 2] });
        foreach (var value in (double[])[0.1, 0.5, 1, 30])
        {
            histogram.Record(value);
        }

        var text = Read();

        Assert.Equal((2, 3, 4), (text.Value("wait_seconds_bucket", ("le", "0.5")), text.Value("wait_seconds_bucket", ("le", "2")), text.Value("wait_seconds_bucket", ("le", "+Inf"))));
        Assert.Equal((31.6, 4), (text.Value("wait_seconds_sum"), text.Value("wait_seconds_count")));
    }

    [Fact]
    public void What_stands_in_an_attribute_comes_back_whole()
    {
        const string Nasty = "a\"b\\c\nd\\n{}=,é ";
        _meter.CreateCounter<long>("odd", null, "Back\\slash and\nline.").Add(1, new KeyValuePair<string, object?>("1-what.is", Nasty), new KeyValuePair<string, object?>("none", null));

        var sample = Assert.Single(Read().Samples);

        Assert.Equal(Nasty, sample.Labels["_1_what_is"]);
        Assert.Equal("", sample.Labels["none"]);
    }

    [Fact]
    public void Attributes_in_another_order_are_the_same_set()
    {
        var counter = _meter.CreateCounter<long>("ordered");
        counter.Add(1, new KeyValuePair<string, object?>("a", 1), new KeyValuePair<string, object?>("b", 2));
        counter.Add(1, new KeyValuePair<string, object?>("b", 2), new KeyValuePair<string, object?>("a", 1));

        Assert.Equal(2, Assert.Single(Read().Samples).Value);
    }

    [Fact]
    public void More_sets_of_attributes_than_are_kept_are_one_together()
    {
        var counter = _meter.CreateCounter<long>("many");
        for (var i = 0; i < MetricSeries.Most + 40; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("n", i));
        }

        counter.Add(1, new KeyValuePair<string, object?>("n", 3));
        var text = Read();

        Assert.Equal(MetricSeries.Most + 1, text.Samples.Count);
        Assert.Equal(40, text.Value("many_total", ("otel_metric_overflow", "true")));
        Assert.Equal(2, text.Value("many_total", ("n", "3")));
    }

    [Fact]
    public void What_an_observed_instrument_does_not_name_any_more_is_gone()
    {
        var names = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("seen", () => names.Select(name => new Measurement<long>(1, new KeyValuePair<string, object?>("n", name))).ToArray());
        Assert.Equal(2, Read().Samples.Count);

        names.Remove("a");

        Assert.Equal("b", Assert.Single(Read().Samples).Labels["n"]);
    }

    [Fact]
    public void Of_two_instruments_that_come_to_bear_one_name_the_text_has_one()
    {
        _meter.CreateCounter<long>("same.name").Add(1);
        _meter.CreateCounter<long>("same-name").Add(5);
        _meter.CreateGauge<long>("same.name_total").Record(9);

        Assert.Equal(1, Read().Value("same_name_total"));
    }

    [Fact]
    public void Other_meters_are_not_heard()
    {
        using var other = new Meter("Test.Other");
        other.CreateCounter<long>("other").Add(1);

        Assert.Empty(Read().Samples);
    }

    private PrometheusReader Read() => PrometheusReader.Read(PrometheusText.Write(_collector.Collect()));
}
