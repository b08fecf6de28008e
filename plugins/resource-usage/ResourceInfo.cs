using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.ResourceUsage;

/// <summary>RESOURCE_INFO_FETCHER: processor, memory (MiB) and disks (MB of 10^6 bytes) as they are now.</summary>
internal static class ResourceInfo
{
    /// <summary>Reads the inventory and answers.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var inventory = await context.Machine.Inventory.ReadAsync(cancellationToken);
        return PluginResult.Processed("The resource usage has been read.", ToData(inventory));
    }

    private static JsonObject ToData(MachineInventory inventory)
    {
        var data = new JsonObject
        {
            ["System"] = inventory.System,
            ["Release"] = inventory.KernelRelease,
            ["Version"] = inventory.DistributionVersion,
            ["Machine"] = Bits(inventory.Architecture),
            ["CPU Physical Core Count"] = inventory.PhysicalCores,
            ["CPU Logical Core Count"] = inventory.LogicalCores,
            ["CPU Actual Hz"] = inventory.CpuActualHz,
            ["CPU Advertised Hz"] = inventory.CpuAdvertisedHz,
            ["Processor"] = inventory.Processor,
            ["Total Memory"] = inventory.MemoryTotalMib,
            ["Usage"] = inventory.MemoryUsedMib,
            ["Total Disc"] = inventory.DiskTotalMb,
            ["Usage Disc"] = inventory.DiskUsedMb,
            ["Device"] = string.Join(", ", inventory.MountedDevices),
        };

        // The console shows a table for each of the two that is there.
        if (inventory.Disks.Any(disk => disk.IsSsd))
        {
            data["hardware.disk.ssd.info"] = InventoryText.Disks(inventory.Disks, isSsd: true);
        }

        if (inventory.Disks.Any(disk => !disk.IsSsd))
        {
            data["hardware.disk.hdd.info"] = InventoryText.Disks(inventory.Disks, isSsd: false);
        }

        return data;
    }

    private static string Bits(string architecture) => architecture switch
    {
        MachineInventory.NotAvailable => MachineInventory.NotAvailable,
        "x86_64" or "aarch64" or "riscv64" or "ppc64le" or "s390x" or "loongarch64" => "64bit",
        _ => "32bit",
    };
}
