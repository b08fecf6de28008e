using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class MachineComparisonTests
{
    /// <summary>What is known of machines of all kinds: every subset of the facts.</summary>
    public static TheoryData<int> Kinds => [.. Enumerable.Range(0, 32)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_machine_whose_interfaces_and_machine_id_are_replaced_at_once_is_the_same(int known)
    {
        var report = Compare(known, before => before with { MacAddresses = ["m9"], MachineId = "i9" });

        Assert.False(report.IsCopy);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_disk_in_another_machine_is_a_copy_when_two_kinds_of_hardware_are_known(int known)
    {
        var report = Compare(known, before => before with { ProductUuid = "u9", ProductSerial = "s9", BoardSerial = "b9", MacAddresses = ["m9", "m8"] });

        Assert.Equal(int.PopCount(known & 0b1111) >= 2, report.IsCopy);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_mainboard_that_is_replaced_under_its_products_serial_number_makes_no_other_machine(int known)
    {
        var report = Compare(known | 0b10010, before => before with { ProductUuid = "u9", BoardSerial = "b9", MacAddresses = ["m9"] });

        Assert.False(report.IsCopy);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_not_known_of_one_side_speaks_neither_for_nor_against(int known)
    {
        Assert.False(MachineComparison.Compare(Full, Only(Full, known)).IsCopy);
        Assert.False(MachineComparison.Compare(Only(Full, known), new MachineFingerprint()).IsCopy);
        Assert.Empty(MachineComparison.Compare(Only(Full, known), Full).Differences);
    }

    [Fact]
    public void An_interface_that_is_carried_from_machine_to_machine_does_not_make_them_one()
    {
        var laptop = Full with { MacAddresses = ["m1", "m2", "dock"] };
        var other = new MachineFingerprint { ProductUuid = "u9", ProductSerial = "s9", BoardSerial = "b9", MacAddresses = ["m8", "m9", "dock"], MachineId = Full.MachineId };

        Assert.True(MachineComparison.Compare(laptop, other).IsCopy);
        Assert.False(MachineComparison.Compare(laptop, laptop with { MacAddresses = ["m1", "m2"] }).IsCopy);
    }

    [Fact]
    public void A_report_names_what_differs_and_none_of_the_numbers()
    {
        var report = MachineComparison.Compare(Full, Full with { ProductUuid = "u9", MacAddresses = ["m9"] });

        Assert.Equal(["product UUID", "network interfaces"], report.Differences);
        Assert.DoesNotContain("u9", report.ToString() + report.Sentence + Full, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_any_more_is_not_forgotten()
    {
        var merged = MachineComparison.Merge(Full, new MachineFingerprint { MacAddresses = ["m9"] });

        Assert.True(MachineComparison.IsEqual(Full with { MacAddresses = ["m9"] }, merged));
        Assert.False(MachineComparison.IsEqual(Full, merged));
    }

    private static MachineFingerprint Full => new() { ProductUuid = "u1", ProductSerial = "s1", BoardSerial = "b1", MacAddresses = ["m1"], MachineId = "i1" };

    private static CloneReport Compare(int known, Func<MachineFingerprint, MachineFingerprint> change) =>
        MachineComparison.Compare(Only(Full, known), Only(change(Full), known));

    private static MachineFingerprint Only(MachineFingerprint full, int known) => new()
    {
        ProductUuid = (known & 0b00001) != 0 ? full.ProductUuid : null,
        ProductSerial = (known & 0b00010) != 0 ? full.ProductSerial : null,
        BoardSerial = (known & 0b00100) != 0 ? full.BoardSerial : null,
        MacAddresses = (known & 0b01000) != 0 ? full.MacAddresses : [],
        MachineId = (known & 0b10000) != 0 ? full.MachineId : null,
    };
}
