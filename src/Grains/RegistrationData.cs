using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains;

/// <summary>
/// The <c>data</c> of REGISTER (LP 3.2): what Lider stores of a machine, a row a name. Each value is a string or a whole number,
/// for the server stores its text; what is not known is <c>n/a</c>, for a null is not stored and its name is missing from then on.
/// </summary>
public static class RegistrationData
{
    /// <summary>Makes the map.</summary>
    /// <param name="inventory">The machine.</param>
    /// <param name="agentVersion">The agent's version.</param>
    /// <returns>Sizes of disks are MB (10^6 bytes), those of memory MiB; the server reads them as numbers at each LOGIN (LP 3.5).</returns>
    public static JsonObject Create(MachineInventory inventory, string agentVersion) => new()
    {
        ["agentVersion"] = Known(agentVersion),
        ["hostname"] = Known(inventory.Network.Hostname),
        ["ipAddresses"] = List(inventory.Network.IpAddresses),
        ["macAddresses"] = List(inventory.Network.MacAddresses),
        ["os.name"] = Known(inventory.System),
        ["os.version"] = Known(inventory.DistributionVersion),
        ["os.kernel"] = Known(inventory.KernelRelease),
        ["os.distributionName"] = Known(inventory.DistributionName),
        ["os.distributionId"] = Known(inventory.DistributionId),
        ["os.distributionVersion"] = Known(inventory.DistributionVersion),
        ["os.architecture"] = Known(inventory.Architecture),
        ["processor"] = Known(inventory.Processor),
        ["phase"] = MachineInventory.NotAvailable,
        ["diskType"] = DiskType(inventory.Disks),
        ["hardware.cpu.architecture"] = Known(inventory.Architecture),
        ["hardware.cpu.logicalCoreCount"] = inventory.LogicalCores,
        ["hardware.cpu.physicalCoreCount"] = inventory.PhysicalCores,
        ["hardware.disk.total"] = inventory.DiskTotalMb,
        ["hardware.disk.used"] = inventory.DiskUsedMb,
        ["hardware.disk.free"] = inventory.DiskFreeMb,
        ["hardware.disk.partitions"] = List(inventory.MountedDevices),
        ["hardware.disk.ssd.info"] = InventoryText.Disks(inventory.Disks, isSsd: true),
        ["hardware.disk.hdd.info"] = InventoryText.Disks(inventory.Disks, isSsd: false),
        ["hardware.memory.total"] = inventory.MemoryTotalMib,
        ["hardware.network.ipAddresses"] = List(inventory.Network.IpAddresses),
        ["hardware.baseboard.manufacturer"] = Known(inventory.BaseboardManufacturer),
        ["hardware.baseboard.productName"] = Known(inventory.BaseboardProduct),
        ["hardware.baseboard.version"] = Known(inventory.BaseboardVersion),
        ["hardware.baseboard.serialNumber"] = Known(inventory.BaseboardSerial),
        ["hardware.systemDefinitions"] = List(inventory.SystemDefinitions),
        ["hardware.monitors"] = List(inventory.Monitors),
        ["hardware.screens"] = List(inventory.Screens),
        ["hardware.usbDevices"] = List(inventory.UsbDevices),
        ["hardware.printers"] = List(inventory.Printers),
    };

    private static string Known(string value) => value.Length == 0 ? MachineInventory.NotAvailable : value;

    private static string List(IReadOnlyList<string> values) => Known(InventoryText.Quoted(values));

    private static string DiskType(IReadOnlyList<DiskInfo> disks) =>
        Known(string.Join(", ", disks.Select(disk => disk.IsSsd ? "SSD" : "HDD").Distinct().OrderDescending(StringComparer.Ordinal)));
}
