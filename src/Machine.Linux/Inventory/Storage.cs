using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>How full a file system is, in bytes.</summary>
internal readonly record struct FileSystemUsage(long Total, long Used);

/// <summary>
/// Disks and what is used of them. sysfs and the mount table hold all that lsblk would tell, whatever its version and without a child
/// process. A disk is a block device that hardware stands behind (sysfs links it to a <c>device</c>): that leaves out loop, ram, zram,
/// device mapper and RAID.
/// </summary>
internal sealed class Storage
{
    private const string BlockDirectory = "sys/block";
    private const int MaxDisks = 64;
    private const int MaxStacking = 16;
    private const long SectorBytes = 512;
    private const long Megabyte = 1_000_000;

    private readonly MachineFiles _files;
    private readonly Dictionary<string, string> _diskOfDevice = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _nameOfDevice = new(StringComparer.Ordinal);
    private readonly List<DiskInfo> _disks = [];

    private Storage(MachineFiles files) => _files = files;

    /// <summary>The disks.</summary>
    public IReadOnlyList<DiskInfo> Disks => _disks;

    /// <summary>Size of all disks, or of the root file system where there is no disk.</summary>
    public long TotalMb { get; private set; }

    /// <summary>What is used of it.</summary>
    public long UsedMb { get; private set; }

    /// <summary>Devices of the mounted file systems, each once.</summary>
    public IReadOnlyList<string> MountedDevices { get; private set; } = [];

    /// <summary>Reads them.</summary>
    /// <param name="files">The machine's files.</param>
    /// <param name="measure">Measures the file system that is mounted at a place; <see langword="null"/> where that is not possible.</param>
    public static Storage Read(MachineFiles files, Func<string, FileSystemUsage?> measure)
    {
        var storage = new Storage(files);
        var sizes = storage.FindDisks();
        var used = storage.MeasureMounts(measure);
        foreach (var (name, size) in sizes)
        {
            var total = size / Megabyte;
            storage._disks.Add(new DiskInfo(
                name, files.ReadValue($"{BlockDirectory}/{name}/queue/rotational") == "0", total,
                Math.Min(total, used.GetValueOrDefault(name) / Megabyte)));
        }

        storage.TotalMb = storage._disks.Sum(disk => disk.TotalMb);
        storage.UsedMb = storage._disks.Sum(disk => disk.UsedMb);
        if (storage._disks.Count == 0 && measure("/") is { } root)
        {
            storage.TotalMb = root.Total / Megabyte;
            storage.UsedMb = root.Used / Megabyte;
        }

        return storage;
    }

    private List<(string Name, long Bytes)> FindDisks()
    {
        var disks = new List<(string, long)>();
        foreach (var name in _files.List(BlockDirectory))
        {
            var directory = $"{BlockDirectory}/{name}";
            var bytes = SizeOf(directory);
            if (disks.Count < MaxDisks && bytes > 0 && IsDisk(name, directory))
            {
                disks.Add((name, bytes));
                Attribute(name, directory, name, 0);
            }
        }

        return disks;
    }

    private bool IsDisk(string name, string directory)
    {
        const string ScsiOptical = "5";

        // The paths behind an NVMe multipath disk are hidden; boot areas of eMMC are no place for data.
        return _files.Exists($"{directory}/device") && _files.ReadValue($"{directory}/hidden") is not "1" &&
            _files.ReadValue($"{directory}/device/type") is not ScsiOptical && !name.StartsWith("sr", StringComparison.Ordinal) &&
            !name.StartsWith("fd", StringComparison.Ordinal) &&
            !(name.StartsWith("mmcblk", StringComparison.Ordinal) && name.AsSpan("mmcblk".Length).ContainsAnyExceptInRange('0', '9'));
    }

    private long SizeOf(string directory) =>
        _files.ReadNumber($"{directory}/size") is > 0 and < (long.MaxValue / SectorBytes) and var sectors ? sectors * SectorBytes : 0;

    /// <summary>Notes the disk of a device, of its partitions, and of what is stacked on them (LVM, encryption, RAID).</summary>
    private void Attribute(string name, string directory, string disk, int depth)
    {
        // Of what spans several disks the first one bears the use, so that the sum over the disks is true.
        if (depth > MaxStacking || _files.ReadValue($"{directory}/dev") is not { } device || !_diskOfDevice.TryAdd(device, disk))
        {
            return;
        }

        _nameOfDevice[device] = name;
        _diskOfDevice.TryAdd($"/dev/{name}", disk);
        if (_files.ReadValue($"{directory}/dm/name") is { } mapped)
        {
            _diskOfDevice.TryAdd($"/dev/mapper/{mapped}", disk);
        }

        foreach (var holder in _files.List($"{directory}/holders"))
        {
            Attribute(holder, $"{BlockDirectory}/{holder}", disk, depth + 1);
        }

        foreach (var partition in _files.List(directory).Where(entry => entry.StartsWith(name, StringComparison.Ordinal)))
        {
            if (_files.Exists($"{directory}/{partition}/partition"))
            {
                Attribute(partition, $"{directory}/{partition}", disk, depth + 1);
            }
        }
    }

    private Dictionary<string, long> MeasureMounts(Func<string, FileSystemUsage?> measure)
    {
        var used = new Dictionary<string, long>(StringComparer.Ordinal);
        var devices = new List<string>();
        foreach (var mount in MountTable.Read(_files))
        {
            // The kernel mounts its root as /dev/root, which does not exist.
            var source = mount.Source == "/dev/root" && _nameOfDevice.TryGetValue(mount.Device, out var name) ? $"/dev/{name}" : mount.Source;
            if (source.StartsWith("/dev/loop", StringComparison.Ordinal) || source.StartsWith("/dev/zram", StringComparison.Ordinal) ||
                devices.Contains(source))
            {
                continue;
            }

            devices.Add(source);
            if ((_diskOfDevice.GetValueOrDefault(mount.Device) ?? _diskOfDevice.GetValueOrDefault(source)) is { } disk &&
                measure(mount.Target) is { } usage)
            {
                used[disk] = used.GetValueOrDefault(disk) + usage.Used;
            }
        }

        MountedDevices = [.. devices.Select(MachineFiles.Tidy).OfType<string>().Take(MaxDisks)];
        return used;
    }
}
