namespace Ahenk.Bench;

/// <summary>Sorted measurements in milliseconds.</summary>
internal sealed class Samples(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    /// <summary>The value at a percentile (nearest rank).</summary>
    public double At(int percentile) => _sorted[Math.Max(0, (int)Math.Ceiling(_sorted.Length * percentile / 100.0) - 1)];

    /// <summary>The middle one.</summary>
    public static double Median(IEnumerable<double> values) => new Samples(values).At(50);
}
