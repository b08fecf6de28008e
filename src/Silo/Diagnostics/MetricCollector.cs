using System.Diagnostics.Metrics;

namespace Ahenk.Silo.Diagnostics;

/// <summary>Adds up what the instruments of some meters tell, from its making on.</summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<MetricSeries> _all = [];

    /// <summary>Listens from now on.</summary>
    /// <param name="meters">The names of the meters.</param>
    public MetricCollector(IReadOnlyCollection<string> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name))
            {
                var series = new MetricSeries(instrument);
                lock (_all)
                {
                    _all.Add(series);
                }

                listener.EnableMeasurementEvents(instrument, series);
            }
        };
        _listener.MeasurementsCompleted = (_, state) =>
        {
            lock (_all)
            {
                _all.Remove((MetricSeries)state!);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((MetricSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((MetricSeries)state!).Add((double)value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((MetricSeries)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((MetricSeries)state!).Add(value, tags));
        _listener.Start();
    }

    /// <summary>Reads what is read only when asked for.</summary>
    /// <returns>What all instruments have told so far.</returns>
    /// <exception cref="AggregateException">An instrument cannot be read.</exception>
    public IReadOnlyList<MetricFamily> Collect()
    {
        MetricSeries[] all;
        lock (_all)
        {
            all = [.. _all];
        }

        foreach (var series in all)
        {
            series.ForgetWhatIsReadAnew();
        }

        _listener.RecordObservableInstruments();
        return [.. all.Select(series => series.Read())];
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}

/// <summary>How values of an instrument are to be taken.</summary>
internal enum MetricKind
{
    /// <summary>It only rises.</summary>
    Counter,

    /// <summary>It rises and falls.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}

/// <summary>What an instrument has told.</summary>
internal sealed record MetricFamily(string Name, MetricKind Kind, string? Unit, string? Description, IReadOnlyList<MetricPoint> Points);

/// <summary>What it has told with one set of attributes.</summary>
/// <param name="Labels">The attributes, in the order of their names.</param>
/// <param name="Value">The value; of a histogram the sum.</param>
/// <param name="Buckets">Of a histogram: upper bounds, and how many values up to each; the last bound is infinite.</param>
internal sealed record MetricPoint(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value, IReadOnlyList<(double Bound, long Count)>? Buckets);
