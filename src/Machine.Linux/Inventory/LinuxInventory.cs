using System.Net;
using System.Runtime.InteropServices;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>
/// Reads the inventory from /proc, /sys, /etc and statvfs. No child process: what lsblk, lsusb, dmidecode, xrandr and lsb_release tell
/// stands there, in the same form on every distribution and on machines that lack those programs.
/// </summary>
public sealed class LinuxInventory : IInventory
{
    private readonly MachineFiles _files;
    private readonly Func<ILookup<string, IPAddress>> _addresses;
    private readonly Func<string, FileSystemUsage?> _measure;

    /// <summary>The inventory of this machine.</summary>
    public LinuxInventory()
        : this("/", Network.ReadAddresses, Measure)
    {
    }

    /// <summary>The inventory of a recorded machine.</summary>
    internal LinuxInventory(string root, Func<ILookup<string, IPAddress>> addresses, Func<string, FileSystemUsage?> measure)
    {
        _files = new MachineFiles(root);
        _addresses = addresses;
        _measure = measure;
    }

    /// <inheritdoc/>
    public NetworkIdentity ReadNetwork() => Network.Read(_files, _addresses());

    /// <inheritdoc/>
    /// <remarks>A device that does not answer can hold a read up for long, so the caller's thread does not do it.</remarks>
    public Task<MachineInventory> ReadAsync(CancellationToken cancellationToken) =>
        Task.Run(Read, CancellationToken.None).WaitAsync(cancellationToken);

    private MachineInventory Read()
    {
        const string Unknown = MachineInventory.NotAvailable;
        var release = OsRelease.Read(_files);
        var processor = Processor.Read(_files);
        var memory = Memory.Read(_files);
        var storage = Storage.Read(_files, _measure);
        return new MachineInventory
        {
            Network = ReadNetwork(),
            System = _files.ReadValue("proc/sys/kernel/ostype") ?? "Linux",
            KernelRelease = _files.ReadValue("proc/sys/kernel/osrelease") ?? Unknown,
            KernelVersion = _files.ReadValue("proc/sys/kernel/version") ?? Unknown,
            Architecture = _files.ReadValue("proc/sys/kernel/arch") ?? OwnArchitecture(),
            DistributionName = release.GetValueOrDefault("NAME", Unknown),
            DistributionId = release.GetValueOrDefault("ID", Unknown),
            DistributionVersion = release.GetValueOrDefault("VERSION_ID", Unknown),
            DistributionDescription = release.GetValueOrDefault("PRETTY_NAME", Unknown),
            DistributionCodeName = release.GetValueOrDefault("VERSION_CODENAME", Unknown),
            Processor = processor.Brand ?? Unknown,
            PhysicalCores = processor.PhysicalCores,
            LogicalCores = processor.LogicalCores,
            CpuActualHz = processor.ActualClock ?? Unknown,
            CpuAdvertisedHz = processor.AdvertisedClock ?? Unknown,
            MemoryTotalMib = memory.TotalMib,
            MemoryUsedMib = memory.UsedMib,
            Disks = storage.Disks,
            DiskTotalMb = storage.TotalMb,
            DiskUsedMb = storage.UsedMb,
            DiskFreeMb = storage.TotalMb - storage.UsedMb,
            MountedDevices = storage.MountedDevices,
            BaseboardManufacturer = ReadDmi("board_vendor") ?? Unknown,
            BaseboardProduct = ReadDmi("board_name") ?? ReadDeviceTreeModel() ?? Unknown,
            BaseboardVersion = ReadDmi("board_version") ?? Unknown,
            BaseboardSerial = ReadDmi("board_serial") ?? Unknown,
            SystemDefinitions = ReadSystemDefinitions(),
            Monitors = Peripherals.ReadMonitors(_files),
            Screens = Peripherals.ReadScreens(_files),
            UsbDevices = Peripherals.ReadUsbDevices(_files),
            Printers = Peripherals.ReadPrinters(_files),
        };
    }

    private List<string> ReadSystemDefinitions()
    {
        var lines = new List<string>();
        Add("Manufacturer", ReadDmi("sys_vendor"));
        Add("Product Name", ReadDmi("product_name") ?? ReadDeviceTreeModel());
        Add("Version", ReadDmi("product_version"));
        Add("Serial Number", ReadDmi("product_serial"));
        return lines;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                lines.Add($"{name}: {value}");
            }
        }
    }

    private string? ReadDmi(string name) => _files.ReadValue($"sys/class/dmi/id/{name}");

    private string? ReadDeviceTreeModel() => _files.ReadValue("proc/device-tree/model");

    // /proc/sys/kernel/arch came with Linux 6.1.
    private static string OwnArchitecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        _ => MachineInventory.NotAvailable,
    };

    private static FileSystemUsage? Measure(string mountPoint)
    {
        try
        {
            var drive = new DriveInfo(mountPoint);
            return new FileSystemUsage(drive.TotalSize, drive.TotalSize - drive.TotalFreeSpace);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
