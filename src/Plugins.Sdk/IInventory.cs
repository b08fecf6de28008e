namespace Ahenk.Plugins.Sdk;

/// <summary>Reads what the machine is. What cannot be found out is <c>n/a</c>, zero or an empty list, never an exception.</summary>
public interface IInventory
{
    /// <summary>Reads everything anew.</summary>
    Task<MachineInventory> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Reads host name and network interfaces only; fast, no child process.</summary>
    NetworkIdentity ReadNetwork();
}

/// <summary>The machine's names and addresses.</summary>
/// <param name="Hostname">The kernel's host name.</param>
/// <param name="Interfaces">Interfaces that are not loopback, physical ones first.</param>
public sealed record NetworkIdentity(string Hostname, IReadOnlyList<NetworkInterfaceInfo> Interfaces)
{
    /// <summary>All addresses of the physical interfaces (of all interfaces where there is no physical one), without scope, link-local last.</summary>
    public IReadOnlyList<string> IpAddresses { get; init; } = [];

    /// <summary>The hardware addresses that belong to <see cref="IpAddresses"/>, lower case with colons.</summary>
    public IReadOnlyList<string> MacAddresses { get; init; } = [];
}

/// <summary>One network interface.</summary>
/// <param name="Name">For example <c>eth0</c>.</param>
/// <param name="MacAddress">Lower case with colons; empty where it has none.</param>
/// <param name="Addresses">IPv4 and IPv6 addresses as text.</param>
/// <param name="IsPhysical">Whether a device stands behind it in sysfs (no bridge, tunnel, veth).</param>
public sealed record NetworkInterfaceInfo(string Name, string MacAddress, IReadOnlyList<string> Addresses, bool IsPhysical);

/// <summary>One disk.</summary>
/// <param name="Name">The kernel's name, for example <c>sda</c>.</param>
/// <param name="IsSsd">Whether it does not rotate.</param>
/// <param name="TotalMb">Size in MB (10^6 bytes).</param>
/// <param name="UsedMb">Used space of the file systems on it, in MB.</param>
public sealed record DiskInfo(string Name, bool IsSsd, long TotalMb, long UsedMb);

/// <summary>All that Lider wants to know of a machine (LP 3.2, PL 15).</summary>
public sealed record MachineInventory
{
    /// <summary>Text for what could not be found out.</summary>
    public const string NotAvailable = "n/a";

    /// <summary>Names and addresses.</summary>
    public required NetworkIdentity Network { get; init; }

    /// <summary>The kernel's name, <c>Linux</c>.</summary>
    public string System { get; init; } = "Linux";

    /// <summary>The kernel's release (uname -r).</summary>
    public string KernelRelease { get; init; } = NotAvailable;

    /// <summary>The kernel's version text (uname -v).</summary>
    public string KernelVersion { get; init; } = NotAvailable;

    /// <summary>The distribution's name (os-release NAME).</summary>
    public string DistributionName { get; init; } = NotAvailable;

    /// <summary>The distribution's id (os-release ID).</summary>
    public string DistributionId { get; init; } = NotAvailable;

    /// <summary>The distribution's version (os-release VERSION_ID).</summary>
    public string DistributionVersion { get; init; } = NotAvailable;

    /// <summary>The distribution's description (os-release PRETTY_NAME).</summary>
    public string DistributionDescription { get; init; } = NotAvailable;

    /// <summary>The distribution's code name (os-release VERSION_CODENAME).</summary>
    public string DistributionCodeName { get; init; } = NotAvailable;

    /// <summary>The machine's architecture (uname -m).</summary>
    public string Architecture { get; init; } = NotAvailable;

    /// <summary>Physical cores.</summary>
    public int PhysicalCores { get; init; }

    /// <summary>Logical processors.</summary>
    public int LogicalCores { get; init; }

    /// <summary>The processor's brand.</summary>
    public string Processor { get; init; } = NotAvailable;

    /// <summary>The processor's present clock, as <c>2.0000 GHz</c>.</summary>
    public string CpuActualHz { get; init; } = NotAvailable;

    /// <summary>The processor's nominal clock, as <c>2.0000 GHz</c>.</summary>
    public string CpuAdvertisedHz { get; init; } = NotAvailable;

    /// <summary>Physical memory in MiB.</summary>
    public long MemoryTotalMib { get; init; }

    /// <summary>Memory in use (total less available) in MiB.</summary>
    public long MemoryUsedMib { get; init; }

    /// <summary>Disks: no loop, ram, zram or optical devices.</summary>
    public IReadOnlyList<DiskInfo> Disks { get; init; } = [];

    /// <summary>Size of all disks in MB (10^6); of the root file system where no disk is seen.</summary>
    public long DiskTotalMb { get; init; }

    /// <summary>Used space in MB.</summary>
    public long DiskUsedMb { get; init; }

    /// <summary>Free space in MB: total less used.</summary>
    public long DiskFreeMb { get; init; }

    /// <summary>Devices of mounted file systems, each once.</summary>
    public IReadOnlyList<string> MountedDevices { get; init; } = [];

    /// <summary>Maker of the main board.</summary>
    public string BaseboardManufacturer { get; init; } = NotAvailable;

    /// <summary>Product name of the main board.</summary>
    public string BaseboardProduct { get; init; } = NotAvailable;

    /// <summary>Version of the main board.</summary>
    public string BaseboardVersion { get; init; } = NotAvailable;

    /// <summary>Serial number of the main board.</summary>
    public string BaseboardSerial { get; init; } = NotAvailable;

    /// <summary>Lines that describe the system (maker, product, version, serial).</summary>
    public IReadOnlyList<string> SystemDefinitions { get; init; } = [];

    /// <summary>Connected monitors, by their connector.</summary>
    public IReadOnlyList<string> Monitors { get; init; } = [];

    /// <summary>Screens and their modes.</summary>
    public IReadOnlyList<string> Screens { get; init; } = [];

    /// <summary>USB devices.</summary>
    public IReadOnlyList<string> UsbDevices { get; init; } = [];

    /// <summary>Configured printers.</summary>
    public IReadOnlyList<string> Printers { get; init; } = [];
}
