using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.ResourceUsage;

/// <summary>
/// AGENT_INFO: the record by which Lider refreshes what it stores of the machine. The console sends parts of it on as required
/// parameters, and a key that is missing becomes the text <c>undefined</c>: every key is always there.
/// </summary>
internal static class AgentInfo
{
    /// <summary>Reads the inventory and answers.</summary>
    public static async Task<PluginResult> RunAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var inventory = await context.Machine.Inventory.ReadAsync(cancellationToken);
        return PluginResult.Processed("The machine's information has been read.", ToData(inventory, context.AgentVersion));
    }

    private static JsonObject ToData(MachineInventory inventory, string agentVersion) => new()
    {
        ["System"] = inventory.System,
        ["Release"] = inventory.KernelRelease,
        ["agentVersion"] = agentVersion,
        ["hostname"] = inventory.Network.Hostname,
        ["ipAddresses"] = InventoryText.Quoted(inventory.Network.IpAddresses),
        ["os.name"] = inventory.System,
        ["osVersion"] = $"{inventory.DistributionDescription}-{inventory.DistributionVersion}",
        ["macAddresses"] = InventoryText.Quoted(inventory.Network.MacAddresses),
        ["hardware.systemDefinitions"] = ToArray(inventory.SystemDefinitions),
        ["hardware.monitors"] = ToArray(inventory.Monitors),
        ["hardware.screens"] = ToArray(inventory.Screens),
        ["hardware.usbDevices"] = ToArray(inventory.UsbDevices),
        ["hardware.printers"] = ToArray(inventory.Printers),
        ["diskTotal"] = inventory.DiskTotalMb,
        ["diskUsed"] = inventory.DiskUsedMb,
        ["diskFree"] = inventory.DiskFreeMb,
        ["memory"] = inventory.MemoryTotalMib,
        ["Device"] = string.Join(", ", inventory.MountedDevices),
        ["hardwareDiskSsdInfo"] = InventoryText.Disks(inventory.Disks, isSsd: true),
        ["hardwareDiskHddInfo"] = InventoryText.Disks(inventory.Disks, isSsd: false),
        ["processor"] = inventory.Processor,

        // The phase is that of interactive boards, which no Linux agent tells; whoever answers is active.
        ["phase"] = MachineInventory.NotAvailable,
        ["agentStatus"] = "Active",
    };

    private static JsonArray ToArray(IReadOnlyList<string> values) => new([.. values.Select(value => (JsonNode)JsonValue.Create(value))]);
}
