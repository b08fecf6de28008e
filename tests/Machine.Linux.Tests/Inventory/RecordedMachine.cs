using System.Globalization;
using System.Net;
using System.Reflection;
using Ahenk.Machine.Linux.Inventory;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Inventory;

/// <summary>
/// A machine below Fixtures: its /proc, /sys and /etc, and two files for what stands in none of these: <c>addresses</c> (interface and
/// address a line) and <c>statvfs</c> (mount point, size and use in bytes).
/// </summary>
internal static class RecordedMachine
{
    public static Task<MachineInventory> ReadAsync(string name) => Open(Path.Combine(Directory, name)).ReadAsync(TestContext.Current.CancellationToken);

    public static LinuxInventory Open(string root)
    {
        var addresses = Lines(root, "addresses").Select(line => line.Split(' ')).ToLookup(fields => fields[0], fields => IPAddress.Parse(fields[1]));
        var usage = Lines(root, "statvfs").Select(line => line.Split(' ')).ToDictionary(
            fields => string.Join(' ', fields[..^2]), fields => new FileSystemUsage(Number(fields[^2]), Number(fields[^1])));
        return new LinuxInventory(root, () => addresses, place => usage.TryGetValue(place, out var found) ? found : null);
    }

    private static string Directory { get; } = typeof(RecordedMachine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "MachineFixtures").Value!;

    private static string[] Lines(string root, string file)
    {
        var path = Path.Combine(root, file);
        return File.Exists(path) ? File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
