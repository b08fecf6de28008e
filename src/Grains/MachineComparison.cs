using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains;

/// <summary>
/// Whether two fingerprints are of one machine. Only what both know is compared; what is compared and alike is weighed against all that is compared. It is another machine when at
/// least two kinds of hardware can be compared and less than a third of the weight is alike.
/// </summary>
/// <remarks>
/// The weights are such that a machine stays the same whose network interfaces and machine-id are replaced at once, or whose mainboard is while its serial number is kept, whichever of
/// the other facts are known; and that a copied machine-id alone makes no machine the same. One kind of hardware never decides: interfaces are replaced, and firmware forgets.
/// </remarks>
internal static class MachineComparison
{
    private const int LeastKinds = 2;

    /// <summary>Compares.</summary>
    public static CloneReport Compare(MachineFingerprint registered, MachineFingerprint now)
    {
        var alike = 0.0;
        var all = 0;
        var kinds = 0;
        var differences = new List<string>();
        Weigh("product UUID", 4, isHardware: true, Similarity(registered.ProductUuid, now.ProductUuid));
        Weigh("product serial number", 4, isHardware: true, Similarity(registered.ProductSerial, now.ProductSerial));
        Weigh("mainboard serial number", 3, isHardware: true, Similarity(registered.BoardSerial, now.BoardSerial));
        Weigh("network interfaces", 4, isHardware: true, Similarity(registered.MacAddresses, now.MacAddresses));
        Weigh("machine-id", 2, isHardware: false, Similarity(registered.MachineId, now.MachineId));
        return new CloneReport(kinds >= LeastKinds && alike * 3 < all, differences);

        void Weigh(string name, int weight, bool isHardware, double? similarity)
        {
            if (similarity is not { } share)
            {
                return;
            }

            alike += weight * share;
            all += weight;
            kinds += isHardware ? 1 : 0;
            if (share < 1)
            {
                differences.Add(name);
            }
        }
    }

    /// <summary>What is known by now: a part that cannot be read at present is not forgotten.</summary>
    public static MachineFingerprint Merge(MachineFingerprint before, MachineFingerprint now) => new()
    {
        ProductUuid = now.ProductUuid ?? before.ProductUuid,
        ProductSerial = now.ProductSerial ?? before.ProductSerial,
        BoardSerial = now.BoardSerial ?? before.BoardSerial,
        MacAddresses = now.MacAddresses.Count > 0 ? now.MacAddresses : before.MacAddresses,
        MachineId = now.MachineId ?? before.MachineId,
    };

    /// <summary>Whether they say the same.</summary>
    public static bool IsEqual(MachineFingerprint one, MachineFingerprint other) =>
        one.MacAddresses.SequenceEqual(other.MacAddresses) && one with { MacAddresses = other.MacAddresses } == other;

    private static double? Similarity(string? one, string? other) => one is null || other is null ? null
        : string.Equals(one, other, StringComparison.OrdinalIgnoreCase) ? 1 : 0;

    /// <summary>The share of interfaces that are in both: one that is carried from machine to machine, such as a dock's, does not make them one.</summary>
    private static double? Similarity(IReadOnlyList<string> one, IReadOnlyList<string> other) => one.Count == 0 || other.Count == 0 ? null
        : (double)one.Intersect(other, StringComparer.OrdinalIgnoreCase).Count() / Math.Max(one.Count, other.Count);
}
