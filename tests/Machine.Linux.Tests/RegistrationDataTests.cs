using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.Grains;
using Ahenk.Machine.Linux.Tests.Inventory;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests;

[Trait("Category", "Unit")]
public sealed class RegistrationDataTests
{
    [Fact]
    public async Task The_names_that_the_server_looks_up_are_there_in_its_units()
    {
        var data = RegistrationData.Create(await RecordedMachine.ReadAsync("lvm-crypt") with { DistributionVersion = "23.2" }, "3.0.0");

        Assert.Equal("Linux", (string?)data["os.name"]);
        Assert.Equal("23.2", (string?)data["os.version"]);
        Assert.Equal("3.0.0", (string?)data["agentVersion"]);
        Assert.Equal("AMD Ryzen 5 PRO 4650U", (string?)data["processor"]);
        Assert.Equal("n/a", (string?)data["phase"]);
        Assert.Equal("SSD, HDD", (string?)data["diskType"]);
        Assert.Equal(
            [7812, 1256264, 90100, 1166164],
            ((string[])["hardware.memory.total", "hardware.disk.total", "hardware.disk.used", "hardware.disk.free"]).Select(name => (long)data[name]!));
        Assert.Equal("""[{"name":"sda","type":"SSD","total":256060,"used":90100}]""", (string?)data["hardware.disk.ssd.info"]);
        Assert.Equal("""[{"name":"sdb","type":"HDD","total":1000204,"used":0}]""", (string?)data["hardware.disk.hdd.info"]);
        Assert.Equal("'/dev/mapper/vg-root', '/dev/sda1', '/dev/mapper/vg-home'", (string?)data["hardware.disk.partitions"]);
    }

    [Fact]
    public async Task Addresses_are_quoted_as_the_server_knows_them()
    {
        var data = RegistrationData.Create(await RecordedMachine.ReadAsync("virtual-machine"), "3.0.0");

        Assert.Equal("'10.0.1.7', '2001:db8::5', 'fe80::5054:ff:feab:cd01'", (string?)data["hardware.network.ipAddresses"]);
        Assert.Equal("'52:54:00:ab:cd:01'", (string?)data["macAddresses"]);
    }

    [Theory]
    [InlineData("laptop")]
    [InlineData("container")]
    [InlineData("nowhere")]
    public async Task Every_value_is_text_or_a_whole_number(string machine)
    {
        var data = OnTheWire(RegistrationData.Create(await RecordedMachine.ReadAsync(machine), ""));

        Assert.All(data, pair => Assert.True(
            pair.Value?.GetValueKind() == JsonValueKind.String ? pair.Value.GetValue<string>().Length > 0 : pair.Value is JsonValue value && value.TryGetValue<long>(out _),
            $"{pair.Key} is {pair.Value?.ToJsonString()}"));
    }

    [Fact]
    public void A_machine_of_which_nothing_is_known_has_the_same_names()
    {
        var nothing = OnTheWire(RegistrationData.Create(new MachineInventory { Network = new NetworkIdentity("n/a", []) }, "3.0.0"));

        Assert.Equal(34, nothing.Count);
        Assert.Equal("n/a", (string?)nothing["hardware.baseboard.manufacturer"]);
        Assert.Equal("[]", (string?)nothing["hardware.disk.ssd.info"]);
        Assert.Equal("n/a", (string?)nothing["diskType"]);
        Assert.Equal(0, (int)nothing["hardware.disk.total"]!);
        Assert.All(nothing, pair => Assert.IsType<JsonValue>(pair.Value, exactMatch: false));
    }

    private static JsonObject OnTheWire(JsonObject data) => JsonNode.Parse(data.ToJsonString())!.AsObject();
}
