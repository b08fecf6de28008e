using System.Globalization;

namespace Ahenk.Bench;

/// <summary>The lines that are printed.</summary>
internal static class Report
{
    public static void Line(string label, string format, params object[] values) =>
        Console.WriteLine($"{label,-36}{string.Format(CultureInfo.InvariantCulture, format, values)}");
}
