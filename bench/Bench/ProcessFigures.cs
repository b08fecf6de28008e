using System.Diagnostics;
using System.Globalization;

namespace Ahenk.Bench;

/// <summary>What the kernel says of a process. Memory in MB (10^6 bytes).</summary>
internal sealed record ProcessFigures(
    TimeSpan At, double Rss, double Pss, double PrivateClean, double PrivateDirty, double Anonymous, double CpuSeconds, long Switches, long WrittenBytes, long WriteCalls)
{
    private const double TicksPerSecond = 100;

    public static ProcessFigures Read(int processId)
    {
        var memory = Fields($"/proc/{processId}/smaps_rollup");
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        var numbers = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var io = Fields($"/proc/{processId}/io");
        var switches = Directory.EnumerateDirectories($"/proc/{processId}/task").Sum(SwitchesOf);
        return new ProcessFigures(
            TimeSpan.FromSeconds(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency),
            memory["Rss"] * 1024 / 1e6,
            memory["Pss"] * 1024 / 1e6,
            memory["Private_Clean"] * 1024 / 1e6,
            memory["Private_Dirty"] * 1024 / 1e6,
            memory["Anonymous"] * 1024 / 1e6,
            (double.Parse(numbers[11], CultureInfo.InvariantCulture) + double.Parse(numbers[12], CultureInfo.InvariantCulture)) / TicksPerSecond,
            switches,
            io["write_bytes"],
            io["syscw"]);
    }

    private static long SwitchesOf(string thread)
    {
        try
        {
            return Fields(Path.Combine(thread, "status"))["voluntary_ctxt_switches"];
        }
        catch (IOException)
        {
            // The thread has ended since it was listed.
            return 0;
        }
    }

    private static Dictionary<string, long> Fields(string path)
    {
        var fields = new Dictionary<string, long>();
        foreach (var line in File.ReadLines(path))
        {
            var parts = line.Split((char[])[':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2 && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var value))
            {
                fields[parts[0]] = value;
            }
        }

        return fields;
    }
}
