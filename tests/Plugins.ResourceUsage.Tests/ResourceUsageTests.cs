using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;

namespace Ahenk.Plugins.ResourceUsage.Tests;

[Trait("Category", "Unit")]
public sealed class ResourceUsageTests
{
    private static readonly MachineInventory Full = new()
    {
        Network = new NetworkIdentity("pc-01", [])
        {
            IpAddresses = ["10.0.1.7", "2001:db8::7"],
            MacAddresses = ["aa:bb:cc:00:11:22", "aa:bb:cc:00:11:23"],
        },
        KernelRelease = "6.1.0-18-amd64",
        DistributionDescription = "Pardus GNU/Linux 23 (yirmiuc)",
        DistributionVersion = "23.2",
        Architecture = "x86_64",
        PhysicalCores = 2,
        LogicalCores = 4,
        Processor = "Intel(R) Core(TM) i5",
        CpuActualHz = "1.2000 GHz",
        CpuAdvertisedHz = "2.0000 GHz",
        MemoryTotalMib = 7870,
        MemoryUsedMib = 2987,
        Disks = [new DiskInfo("sda", true, 256060, 90100), new DiskInfo("sdb", false, 1000204, 500)],
        DiskTotalMb = 1256264,
        DiskUsedMb = 90600,
        DiskFreeMb = 1165664,
        MountedDevices = ["/dev/sda1", "/dev/sda2"],
        SystemDefinitions = ["Manufacturer: LENOVO"],
        Monitors = ["HDMI-A-1: DEL"],
        Screens = ["HDMI-A-1: 1920x1200"],
        UsbDevices = ["Bus 001 Device 004: ID 046d:c077"],
        Printers = ["Kat2"],
    };

    [Fact]
    public void Both_commands_may_be_run_again()
    {
        var commands = new ResourceUsagePlugin().Commands;

        Assert.Equal(["RESOURCE_INFO_FETCHER", "AGENT_INFO"], commands.Select(command => command.Id));
        Assert.All(commands, command => Assert.True(command.Idempotent));
    }

    [Fact]
    public async Task Resource_info_has_the_keys_types_and_units_of_the_contract() => Assert.Equal(
        """
        {"System":"Linux","Release":"6.1.0-18-amd64","Version":"23.2","Machine":"64bit","CPU Physical Core Count":2,"CPU Logical Core Count":4,
        "CPU Actual Hz":"1.2000 GHz","CPU Advertised Hz":"2.0000 GHz","Processor":"Intel(R) Core(TM) i5","Total Memory":7870,"Usage":2987,
        "Total Disc":1256264,"Usage Disc":90600,"Device":"/dev/sda1, /dev/sda2",
        "hardware.disk.ssd.info":"[{\"name\":\"sda\",\"type\":\"SSD\",\"total\":256060,\"used\":90100}]",
        "hardware.disk.hdd.info":"[{\"name\":\"sdb\",\"type\":\"HDD\",\"total\":1000204,\"used\":500}]"}
        """.ReplaceLineEndings(""), Plain(await Run("RESOURCE_INFO_FETCHER", Full)));

    [Fact]
    public async Task Agent_info_has_the_keys_types_and_units_of_the_contract() => Assert.Equal(
        """
        {"System":"Linux","Release":"6.1.0-18-amd64","agentVersion":"3.0.0","hostname":"pc-01","ipAddresses":"'10.0.1.7', '2001:db8::7'",
        "os.name":"Linux","osVersion":"Pardus GNU/Linux 23 (yirmiuc)-23.2","macAddresses":"'aa:bb:cc:00:11:22', 'aa:bb:cc:00:11:23'",
        "hardware.systemDefinitions":["Manufacturer: LENOVO"],"hardware.monitors":["HDMI-A-1: DEL"],"hardware.screens":["HDMI-A-1: 1920x1200"],
        "hardware.usbDevices":["Bus 001 Device 004: ID 046d:c077"],"hardware.printers":["Kat2"],
        "diskTotal":1256264,"diskUsed":90600,"diskFree":1165664,"memory":7870,"Device":"/dev/sda1, /dev/sda2",
        "hardwareDiskSsdInfo":"[{\"name\":\"sda\",\"type\":\"SSD\",\"total\":256060,\"used\":90100}]",
        "hardwareDiskHddInfo":"[{\"name\":\"sdb\",\"type\":\"HDD\",\"total\":1000204,\"used\":500}]",
        "processor":"Intel(R) Core(TM) i5","phase":"n/a","agentStatus":"Active"}
        """.ReplaceLineEndings(""), Plain(await Run("AGENT_INFO", Full)));

    [Fact]
    public async Task A_machine_without_disks_answers_and_sends_both_disk_texts_with_the_agents_information()
    {
        var bare = new MachineInventory { Network = new NetworkIdentity("n/a", []), DiskTotalMb = 100, DiskUsedMb = 40, DiskFreeMb = 60 };

        var resources = await Run("RESOURCE_INFO_FETCHER", bare);
        var agent = await Run("AGENT_INFO", bare);

        Assert.Equal(("n/a", 100L), ((string?)resources["Machine"], (long)resources["Total Disc"]!));
        Assert.DoesNotContain(resources, pair => pair.Key.StartsWith("hardware", StringComparison.Ordinal));
        Assert.Equal(("[]", "[]", ""), ((string?)agent["hardwareDiskSsdInfo"], (string?)agent["hardwareDiskHddInfo"], (string?)agent["ipAddresses"]));
        Assert.Equal("n/a-n/a", (string?)agent["osVersion"]);
    }

    [Fact]
    public void The_manifest_names_the_assembly_of_the_plugin()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "plugin.json")))!;

        Assert.Equal(("resource-usage", "1.0.0", "dotnet"), ((string?)manifest["name"], (string?)manifest["version"], (string?)manifest["kind"]));
        Assert.Equal(typeof(ResourceUsagePlugin).Assembly.GetName().Name + ".dll", (string?)manifest["assembly"]);
    }

    private static async Task<JsonObject> Run(string command, MachineInventory inventory)
    {
        var context = Given.Task(new Machine(inventory), command, new JsonObject { ["dn"] = "cn=pc-01" });
        var result = await new ResourceUsagePlugin().Commands.Single(one => one.Id == command).Run(context, TestContext.Current.CancellationToken);
        Assert.Equal((PluginCode.Processed, KeptPart.Start), (result.Code, result.Keep));
        return result.Data!;
    }

    private static string Plain(JsonObject data) =>
        data.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private sealed class Machine(MachineInventory inventory) : IMachine, IInventory
    {
        public ICommandRunner Commands => throw new InvalidOperationException("These commands need no other program.");

        public IInventory Inventory => this;

        public string PrivateDirectory => throw new InvalidOperationException("These commands need no file.");

        public Task<MachineInventory> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(inventory);

        public NetworkIdentity ReadNetwork() => inventory.Network;
    }
}
