using System.Globalization;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>Memory in MiB, from /proc/meminfo.</summary>
internal readonly record struct Memory(long TotalMib, long UsedMib)
{
    /// <summary>Reads it; zeros where it cannot be read.</summary>
    public static Memory Read(MachineFiles files)
    {
        var kib = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in files.ReadLines("proc/meminfo"))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var number, ..] &&
                long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                kib[line[..colon]] = value;
            }
        }

        var total = kib.GetValueOrDefault("MemTotal");

        // MemAvailable is absent in some containers; the sum is what the kernel's own estimate starts from.
        var available = kib.TryGetValue("MemAvailable", out var estimate)
            ? estimate
            : kib.GetValueOrDefault("MemFree") + kib.GetValueOrDefault("Buffers") + kib.GetValueOrDefault("Cached");
        return new Memory(total / 1024, Math.Clamp(total - available, 0, total) / 1024);
    }
}
