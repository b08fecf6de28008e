using System.Diagnostics.Metrics;
using System.Globalization;

namespace Ahenk.Silo.Diagnostics;

/// <summary>Adds up one instrument, for each set of attributes. Of these there are at most <see cref="Most"/>: what comes beyond is one set together.</summary>
internal sealed class MetricSeries
{
    /// <summary>Most sets of attributes of one instrument.</summary>
    public const int Most = 500;

    /// <summary>The attribute of the set beyond (OpenTelemetry, Metrics SDK, "Overflow attribute").</summary>
    public const string Overflow = "otel.metric.overflow";

    private static readonly double[] UsualBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Sum> _sums = new(StringComparer.Ordinal);
    private readonly Instrument _instrument;
    private readonly MetricKind _kind;
    private readonly bool _replaces;
    private readonly double[] _bounds;

    /// <summary>Has nothing yet.</summary>
    public MetricSeries(Instrument instrument)
    {
        _instrument = instrument;
        var type = instrument.GetType().GetGenericTypeDefinition();
        _kind = type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        _replaces = instrument.IsObservable || type == typeof(Gauge<>);
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? UsualBounds;
    }

    /// <summary>Takes a value.</summary>
    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        var key = string.Join('\u001f', labels.Select(label => $"{label.Key}\u001f{label.Value}"));
        lock (_gate)
        {
            if (!_sums.TryGetValue(key, out var sum))
            {
                sum = _sums.Count < Most ? new Sum(labels, NewBuckets()) : FindOverflow();
                _sums.TryAdd(_sums.Count < Most ? key : Overflow, sum);
            }

            sum.Value = _replaces ? value : sum.Value + value;
            if (sum.Buckets is { } buckets)
            {
                buckets[Bucket(value)]++;
            }
        }
    }

    /// <summary>Sets of attributes that an observable instrument does not name any more are gone.</summary>
    public void ForgetWhatIsReadAnew()
    {
        if (_instrument.IsObservable)
        {
            lock (_gate)
            {
                _sums.Clear();
            }
        }
    }

    /// <summary>What it has told so far.</summary>
    public MetricFamily Read()
    {
        lock (_gate)
        {
            return new MetricFamily(_instrument.Name, _kind, _instrument.Unit, _instrument.Description, [.. _sums.Values.Select(Point)]);
        }
    }

    private static List<KeyValuePair<string, string>> Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var (name, value) in tags)
        {
            labels.Add(new(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        labels.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        return labels;
    }

    private Sum FindOverflow() => _sums.TryGetValue(Overflow, out var sum) ? sum : new Sum([new(Overflow, "true")], NewBuckets());

    private long[]? NewBuckets() => _kind == MetricKind.Histogram ? new long[_bounds.Length + 1] : null;

    private int Bucket(double value)
    {
        var index = Array.FindIndex(_bounds, bound => value <= bound);
        return index < 0 ? _bounds.Length : index;
    }

    private MetricPoint Point(Sum sum)
    {
        if (sum.Buckets is not { } buckets)
        {
            return new MetricPoint(sum.Labels, sum.Value, null);
        }

        var soFar = 0L;
        return new MetricPoint(sum.Labels, sum.Value, [.. buckets.Select((count, index) => (index < _bounds.Length ? _bounds[index] : double.PositiveInfinity, soFar += count))]);
    }

    private sealed class Sum(IReadOnlyList<KeyValuePair<string, string>> labels, long[]? buckets)
    {
        public IReadOnlyList<KeyValuePair<string, string>> Labels => labels;

        public long[]? Buckets => buckets;

        public double Value { get; set; }
    }
}
