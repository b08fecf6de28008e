using Ahenk.Machine.Linux.Inventory;

namespace Ahenk.Machine.Linux.Tests.Inventory;

[Trait("Category", "Unit")]
public sealed class FingerprintTests : IDisposable
{
    private const string Uuid = "4c4c4544-0042-3510-8054-b7c04f335232";
    private const string Id = "0123456789abcdef0123456789abcdef";

    private readonly string _root = Directory.CreateTempSubdirectory("ahenk-fingerprint-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Firmware_interfaces_and_system_tell_what_the_machine_is()
    {
        Put("sys/class/dmi/id/product_uuid", Uuid.ToUpperInvariant());
        Put("sys/class/dmi/id/product_serial", "7XK2Q33");
        Put("sys/class/dmi/id/board_serial", "/7XK2Q33/CN129636/");
        Put("etc/machine-id", Id);
        PutInterface("eth1", "52:54:00:AA:BB:02");
        PutInterface("eth0", "52:54:00:aa:bb:01");

        var print = new LinuxFingerprint(_root).Read();

        Assert.Equal((Uuid, "7XK2Q33", "/7XK2Q33/CN129636/", Id), (print.ProductUuid, print.ProductSerial, print.BoardSerial, print.MachineId));
        Assert.Equal(["52:54:00:aa:bb:01", "52:54:00:aa:bb:02"], print.MacAddresses);
    }

    [Fact]
    public void A_machine_that_tells_nothing_has_no_fingerprint()
    {
        var print = new LinuxFingerprint(_root).Read();

        Assert.Equal((null, null, null, null), (print.ProductUuid, print.ProductSerial, print.BoardSerial, print.MachineId));
        Assert.Empty(print.MacAddresses);
    }

    [Theory]
    [InlineData("product_serial", "To Be Filled By O.E.M.")]
    [InlineData("product_serial", "Default string")]
    [InlineData("product_serial", "System Serial Number")]
    [InlineData("product_serial", "0")]
    [InlineData("product_serial", "00000000")]
    [InlineData("product_serial", "123456789")]
    [InlineData("product_serial", "   ")]
    [InlineData("board_serial", "Not Specified")]
    [InlineData("board_serial", "............")]
    [InlineData("product_uuid", "00000000-0000-0000-0000-000000000000")]
    [InlineData("product_uuid", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")]
    [InlineData("product_uuid", "03000200-0400-0500-0006-000700080009")]
    [InlineData("product_uuid", "Not Settable")]
    public void A_number_that_many_machines_have_is_none(string file, string text)
    {
        Put($"sys/class/dmi/id/{file}", text);

        var print = new LinuxFingerprint(_root).Read();

        Assert.Equal((null, null, null), (print.ProductUuid, print.ProductSerial, print.BoardSerial));
    }

    [Theory]
    [InlineData("uninitialized")]
    [InlineData("")]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("0123456789abcdef")]
    public void A_machine_id_that_is_not_set_is_none(string text)
    {
        Put("etc/machine-id", text);

        Assert.Null(new LinuxFingerprint(_root).Read().MachineId);
    }

    [Fact]
    public void Only_addresses_that_hardware_came_with_count()
    {
        PutInterface("random", "52:54:00:aa:bb:01", assigned: "1");
        PutInterface("set", "52:54:00:aa:bb:02", assigned: "3");
        PutInterface("bonded", "52:54:00:aa:bb:03", assigned: "3");
        Put("sys/class/net/bonded/bonding_slave/perm_hwaddr", "52:54:00:aa:bb:04");
        PutInterface("zero", "00:00:00:00:00:00");
        PutInterface("virtual", "52:54:00:aa:bb:05", isPhysical: false);
        PutInterface("odd", "80:00:00:00:fe:80:00:00:00:00:00:00:00:00:00:01", type: "32");

        Assert.Equal(["52:54:00:aa:bb:04"], new LinuxFingerprint(_root).Read().MacAddresses);
    }

    [Theory]
    [InlineData("run/systemd/container")]
    [InlineData(".dockerenv")]
    [InlineData("run/.containerenv")]
    public void In_a_container_the_hardware_is_the_hosts_and_is_not_read(string mark)
    {
        Put("sys/class/dmi/id/product_uuid", Uuid);
        PutInterface("eth0", "52:54:00:aa:bb:01");
        Put("etc/machine-id", Id);
        Put(mark, "x");

        var print = new LinuxFingerprint(_root).Read();

        Assert.Equal((null, Id), (print.ProductUuid, print.MachineId));
        Assert.Empty(print.MacAddresses);
    }

    [Fact]
    public void This_machine_can_be_read_and_stays_the_same()
    {
        var (first, second) = (new LinuxFingerprint().Read(), new LinuxFingerprint().Read());

        Assert.Equal(first.MacAddresses, second.MacAddresses);
        Assert.Equal(first, second with { MacAddresses = first.MacAddresses });
    }

    private void PutInterface(string name, string address, string assigned = "0", bool isPhysical = true, string type = "1")
    {
        Put($"sys/class/net/{name}/address", address);
        Put($"sys/class/net/{name}/addr_assign_type", assigned);
        Put($"sys/class/net/{name}/type", type);
        if (isPhysical)
        {
            Put($"sys/class/net/{name}/device/vendor", "0x8086");
        }
    }

    private void Put(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text + "\n");
    }
}
