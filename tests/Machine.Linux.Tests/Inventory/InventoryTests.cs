using Ahenk.Machine.Linux.Inventory;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Inventory;

[Trait("Category", "Unit")]
public sealed class InventoryTests
{
    [Fact]
    public async Task A_virtual_machine_is_told_whole()
    {
        var machine = await RecordedMachine.ReadAsync("virtual-machine");

        Assert.Equal("pardus-vm", machine.Network.Hostname);
        Assert.Equal(("Linux", "6.1.0-18-amd64"), (machine.System, machine.KernelRelease));
        Assert.Equal("#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)", machine.KernelVersion);
        Assert.Equal(
            ("Pardus GNU/Linux", "pardus", "23.2", "Pardus GNU/Linux 23 (yirmiuc)", "yirmiuc"),
            (machine.DistributionName, machine.DistributionId, machine.DistributionVersion, machine.DistributionDescription, machine.DistributionCodeName));
        Assert.Equal(("Intel Xeon Processor (Skylake, IBRS)", 2, 2), (machine.Processor, machine.PhysicalCores, machine.LogicalCores));
        Assert.Equal(("2.0951 GHz", "2.0951 GHz"), (machine.CpuActualHz, machine.CpuAdvertisedHz));
        Assert.Equal((7870, 2987), (machine.MemoryTotalMib, machine.MemoryUsedMib));
        Assert.Equal([new DiskInfo("vda", false, 32212, 12345)], machine.Disks);
        Assert.Equal((32212, 12345, 19867), (machine.DiskTotalMb, machine.DiskUsedMb, machine.DiskFreeMb));
        Assert.Equal(["Manufacturer: QEMU", "Product Name: Standard PC (Q35 + ICH9, 2009)", "Version: pc-q35-7.2"], machine.SystemDefinitions);
        Assert.Equal("n/a", machine.BaseboardManufacturer);
    }

    [Fact]
    public async Task A_device_that_is_mounted_twice_is_told_and_counted_once() =>
        Assert.Equal(["/dev/vda1", "/dev/sr0"], (await RecordedMachine.ReadAsync("virtual-machine")).MountedDevices);

    [Fact]
    public async Task Virtual_interfaces_give_no_address_and_the_link_local_one_comes_last()
    {
        var network = (await RecordedMachine.ReadAsync("virtual-machine")).Network;

        Assert.Equal(["10.0.1.7", "2001:db8::5", "fe80::5054:ff:feab:cd01"], network.IpAddresses);
        Assert.Equal(["52:54:00:ab:cd:01"], network.MacAddresses);
        Assert.Equal(["ens18", "docker0", "veth1a2b"], network.Interfaces.Select(one => one.Name));
        Assert.Equal([true, false, false], network.Interfaces.Select(one => one.IsPhysical));
    }

    [Fact]
    public async Task Zram_optical_hidden_and_empty_devices_are_no_disks()
    {
        var machine = await RecordedMachine.ReadAsync("laptop");

        Assert.Equal(
            [new DiskInfo("mmcblk0", true, 31268, 0), new DiskInfo("nvme0n1", true, 256060, 100006), new DiskInfo("sda", false, 16004, 1500)],
            machine.Disks);
        Assert.Equal((303332, 101506), (machine.DiskTotalMb, machine.DiskUsedMb));
        Assert.Equal(["/dev/nvme0n1p2", "/dev/nvme0n1p1", "/dev/sda1"], machine.MountedDevices);
    }

    [Fact]
    public async Task The_address_of_a_bridge_over_a_card_is_the_machines_and_that_of_a_tunnel_is_not()
    {
        var network = (await RecordedMachine.ReadAsync("laptop")).Network;

        Assert.Equal(["192.168.1.20", "169.254.3.4"], network.IpAddresses);
        Assert.Equal(["8c:16:45:00:00:01", "8c:16:45:00:00:02"], network.MacAddresses);
        Assert.Equal("", network.Interfaces.Single(one => one.Name == "tun0").MacAddress);
    }

    [Fact]
    public async Task A_laptop_tells_board_monitors_usb_devices_and_printers()
    {
        var machine = await RecordedMachine.ReadAsync("laptop");

        Assert.Equal("dizüstü-1", machine.Network.Hostname);
        Assert.Equal("x86_64", machine.Architecture);
        Assert.Equal(("Debian \"trixie\"/sid", "n/a"), (machine.DistributionDescription, machine.DistributionVersion));
        Assert.Equal(("0.8001 GHz", "1.6000 GHz"), (machine.CpuActualHz, machine.CpuAdvertisedHz));
        Assert.Equal((2, 4), (machine.PhysicalCores, machine.LogicalCores));
        Assert.Equal(
            ("LENOVO", "20KHS0XX00", "SDK0J40697 WIN", "L1HF84R01AB"),
            (machine.BaseboardManufacturer, machine.BaseboardProduct, machine.BaseboardVersion, machine.BaseboardSerial));
        Assert.Equal(["HDMI-A-1: DEL DELL U2415", "eDP-1"], machine.Monitors);
        Assert.Equal(["HDMI-A-1: 1920x1200", "eDP-1: 1920x1080"], machine.Screens);
        Assert.Equal(["Bus 001 Device 003: ID 0bda:5411", "Bus 001 Device 004: ID 046d:c077 Logitech USB Optical Mouse"], machine.UsbDevices);
        Assert.Equal(["Oda_12", "Kat2"], machine.Printers);
    }

    [Fact]
    public async Task A_disk_mounted_whole_is_used_and_a_mirror_counts_once()
    {
        var machine = await RecordedMachine.ReadAsync("whole-disk");

        Assert.Equal(
            [new DiskInfo("sda", false, 20480, 5000), new DiskInfo("sdb", false, 10240, 2000), new DiskInfo("sdc", false, 10240, 0)], machine.Disks);
        Assert.Equal(["/dev/sda", "/dev/md0"], machine.MountedDevices);
    }

    [Fact]
    public async Task An_arm_board_tells_its_name_cores_and_clock()
    {
        var machine = await RecordedMachine.ReadAsync("whole-disk");

        Assert.Equal(("BCM2835", 2, 2), (machine.Processor, machine.PhysicalCores, machine.LogicalCores));
        Assert.Equal(("0.6000 GHz", "1.5000 GHz"), (machine.CpuActualHz, machine.CpuAdvertisedHz));
    }

    [Fact]
    public async Task Volumes_within_encryption_count_for_the_disk_below()
    {
        var machine = await RecordedMachine.ReadAsync("lvm-crypt");

        Assert.Equal([new DiskInfo("sda", true, 256060, 90100), new DiskInfo("sdb", false, 1000204, 0)], machine.Disks);
        Assert.Equal(["/dev/mapper/vg-root", "/dev/sda1", "/dev/mapper/vg-home"], machine.MountedDevices);
    }

    [Fact]
    public async Task Without_a_disk_the_root_file_system_gives_the_figures()
    {
        var machine = await RecordedMachine.ReadAsync("container");

        Assert.Empty(machine.Disks);
        Assert.Equal((100000, 40000, 60000), (machine.DiskTotalMb, machine.DiskUsedMb, machine.DiskFreeMb));
        Assert.Empty(machine.MountedDevices);
        Assert.Equal(["172.17.0.2"], machine.Network.IpAddresses);
        Assert.Equal(["02:42:ac:11:00:02"], machine.Network.MacAddresses);
    }

    [Fact]
    public async Task A_machine_without_any_file_is_not_available_and_no_exception()
    {
        var machine = await RecordedMachine.ReadAsync("nowhere");

        Assert.Equal("n/a", machine.Network.Hostname);
        Assert.Equal("n/a", machine.DistributionName);
        Assert.Equal((0, 0L, 0L, 0L), (machine.LogicalCores, machine.MemoryTotalMib, machine.DiskTotalMb, machine.DiskFreeMb));
        Assert.Empty(machine.Network.Interfaces);
    }

    [Fact]
    public async Task Hostile_texts_are_bounded_and_free_of_control_characters()
    {
        var root = Directory.CreateTempSubdirectory("ahenk-machine-").FullName;
        try
        {
            var token = TestContext.Current.CancellationToken;
            Directory.CreateDirectory($"{root}/etc/cups");
            Directory.CreateDirectory($"{root}/proc/self");
            Directory.CreateDirectory($"{root}/sys/class/dmi/id");
            Directory.CreateDirectory($"{root}/sys/block/sda/device");
            await File.WriteAllTextAsync($"{root}/sys/class/dmi/id/board_vendor", $"A\u001b[31mB\u0000{new string('x', 100_000)}\n", token);
            await File.WriteAllTextAsync($"{root}/sys/block/sda/size", "99999999999999999999\n", token);
            await File.WriteAllBytesAsync($"{root}/etc/os-release", [.. "NAME=\"\xff"u8, 0xff, 0xc3, .. "\"\nID='\nVERSION_ID=\"\\\n=x\n"u8], token);
            await File.WriteAllTextAsync($"{root}/etc/cups/printers.conf", string.Concat(Enumerable.Range(0, 5000).Select(i => $"<Printer p{i}>\n")), token);
            await File.WriteAllTextAsync($"{root}/proc/cpuinfo", "processor\t: x\nmodel name\t: CPU @ 99999GHz\ncpu MHz : -5\n", token);
            await File.WriteAllTextAsync($"{root}/proc/meminfo", "MemTotal: 99999999999999999999 kB\nMemAvailable: 5\n:::\n", token);
            await File.WriteAllTextAsync($"{root}/proc/self/mountinfo", "- - -\n1 2 3 - -\na b c d e f - ext4 /dev/x\\9 rw\n36 35 98:0 / /mnt rw -\n", token);

            var machine = await RecordedMachine.Open(root).ReadAsync(token);

            Assert.Equal(256, machine.BaseboardManufacturer.Length);
            Assert.StartsWith("A[31mBxxx", machine.BaseboardManufacturer, StringComparison.Ordinal);
            Assert.Equal(64, machine.Printers.Count);
            Assert.Empty(machine.Disks);
            Assert.Equal((0, 0L), (machine.LogicalCores, machine.MemoryTotalMib));
            Assert.Equal([@"/dev/x\9"], machine.MountedDevices);
            Assert.Equal("n/a", machine.CpuAdvertisedHz);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task This_machine_can_be_read()
    {
        var inventory = new LinuxInventory();

        var machine = await inventory.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Environment.MachineName, machine.Network.Hostname);
        Assert.Equal(Environment.ProcessorCount > 0, machine.LogicalCores > 0);
        Assert.InRange(machine.MemoryTotalMib, 64, long.MaxValue);
        Assert.InRange(machine.MemoryUsedMib, 1, machine.MemoryTotalMib);
        Assert.InRange(machine.DiskTotalMb, 1, long.MaxValue);
        Assert.InRange(machine.DiskUsedMb, 0, machine.DiskTotalMb);
        Assert.NotEqual("n/a", machine.DistributionId);
        Assert.NotEqual("n/a", machine.Architecture);
        Assert.Equal(machine.Network.IpAddresses, inventory.ReadNetwork().IpAddresses);
    }
}
