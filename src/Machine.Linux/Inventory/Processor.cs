using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>The processor as /proc/cpuinfo and sysfs tell it.</summary>
/// <param name="Brand">For example <c>Intel(R) Core(TM) i5-6500 CPU @ 3.20GHz</c>.</param>
/// <param name="PhysicalCores">Cores.</param>
/// <param name="LogicalCores">Hardware threads.</param>
/// <param name="ActualClock">The present clock, for example <c>3.2000 GHz</c>.</param>
/// <param name="AdvertisedClock">The nominal clock.</param>
internal sealed partial record Processor(string? Brand, int PhysicalCores, int LogicalCores, string? ActualClock, string? AdvertisedClock)
{
    private const string CpuDirectory = "sys/devices/system/cpu";

    /// <summary>Reads it.</summary>
    public static Processor Read(MachineFiles files)
    {
        var fields = files.ReadLines("proc/cpuinfo").Select(Split).Where(field => field.Name.Length > 0).ToList();
        var cpus = files.List(CpuDirectory).Where(name => CpuName().IsMatch(name)).ToList();
        var logical = fields.Count(field => field.Name == "processor" && field.Value.All(char.IsAsciiDigit));
        logical = logical > 0 ? logical : cpus.Count;

        // arm64 has neither "model name" nor "core id" in cpuinfo: the board's name and sysfs step in.
        var brand = Find(fields, "model name") ?? Find(fields, "Hardware") ?? Find(fields, "Model") ??
            files.ReadValue("proc/device-tree/model");
        var actual = ParseMegahertz(Find(fields, "cpu MHz")) ?? Kilohertz(files.ReadNumber($"{CpuDirectory}/cpu0/cpufreq/scaling_cur_freq"));
        var advertised = FromBrand(brand) ?? Kilohertz(files.ReadNumber($"{CpuDirectory}/cpu0/cpufreq/base_frequency")) ??
            Kilohertz(files.ReadNumber($"{CpuDirectory}/cpu0/cpufreq/cpuinfo_max_freq")) ?? actual;
        return new Processor(MachineFiles.Tidy(brand), CountCores(files, cpus, fields, logical), logical, Format(actual), Format(advertised));
    }

    private static int CountCores(MachineFiles files, IReadOnlyList<string> cpus, List<(string Name, string Value)> fields, int logical)
    {
        var cores = cpus.Select(cpu => (files.ReadValue($"{CpuDirectory}/{cpu}/topology/physical_package_id"),
            files.ReadValue($"{CpuDirectory}/{cpu}/topology/core_id"))).Where(core => core.Item2 is not null).Distinct().Count();
        if (cores > 0)
        {
            return Math.Min(cores, Math.Max(logical, 1));
        }

        var package = "";
        var seen = new HashSet<(string, string)>();
        foreach (var (name, value) in fields)
        {
            if (name == "physical id")
            {
                package = value;
            }
            else if (name == "core id")
            {
                seen.Add((package, value));
            }
        }

        return seen.Count > 0 ? seen.Count : logical;
    }

    private static (string Name, string Value) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (line[..colon].Trim(), line[(colon + 1)..].Trim());
    }

    private static string? Find(List<(string Name, string Value)> fields, string name)
    {
        var value = fields.Find(field => field.Name == name).Value;
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static double? FromBrand(string? brand)
    {
        var match = BrandClock().Match(brand ?? "");
        return match.Success ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    private static double? ParseMegahertz(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 ? value / 1e3 : null;

    private static double? Kilohertz(long? value) => value > 0 ? value / 1e6 : null;

    private static string? Format(double? gigahertz) =>
        gigahertz is { } value ? value.ToString("0.0000", CultureInfo.InvariantCulture) + " GHz" : null;

    [GeneratedRegex(@"\A[Cc]pu[0-9]{1,5}\z")]
    private static partial Regex CpuName();

    [GeneratedRegex(@"@ *([0-9]{1,3}(?:\.[0-9]{1,4})?) *GHz")]
    private static partial Regex BrandClock();
}
