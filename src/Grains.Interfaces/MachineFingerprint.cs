namespace Ahenk.Grains.Interfaces;

/// <summary>
/// What tells one machine from another. What is not known is <see langword="null"/> or empty, and is never compared. docs/registration.md says how the parts are weighed.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record MachineFingerprint
{
    /// <summary>The product's UUID from the firmware (DMI).</summary>
    [Id(0)]
    public string? ProductUuid { get; init; }

    /// <summary>The product's serial number (DMI).</summary>
    [Id(1)]
    public string? ProductSerial { get; init; }

    /// <summary>The mainboard's serial number (DMI).</summary>
    [Id(2)]
    public string? BoardSerial { get; init; }

    /// <summary>The permanent addresses of physical network interfaces, in order.</summary>
    [Id(3)]
    public IReadOnlyList<string> MacAddresses { get; init; } = [];

    /// <summary>The id of the installed system (machine-id(5)).</summary>
    [Id(4)]
    public string? MachineId { get; init; }

    /// <summary>Without the numbers, which are nobody's business but the machine's.</summary>
    public override string ToString() => "MachineFingerprint";
}

/// <summary>Reads what tells this machine from others.</summary>
public interface IMachineFingerprint
{
    /// <summary>As it is now.</summary>
    MachineFingerprint Read();
}

/// <summary>Whether this machine is the one that was registered.</summary>
/// <param name="IsCopy">Whether it is another one, on which a copy of the registered machine's disk runs.</param>
/// <param name="Differences">What differs, as names for people; also of a machine that is the same all the same.</param>
[GenerateSerializer, Immutable]
public sealed record CloneReport([property: Id(0)] bool IsCopy, [property: Id(1)] IReadOnlyList<string> Differences)
{
    /// <summary>Nothing is known that speaks against it.</summary>
    public static CloneReport Same { get; } = new(false, []);

    /// <summary>What to tell people of a copy.</summary>
    public string Sentence =>
        $"This machine is not the one that was registered, but has its identity, as after its disk was copied (different: {string.Join(", ", Differences)}). It does not " +
        "connect. If it is a copy, stop the daemon, run 'ahenk clean' and register it anew; if it is the same machine with other parts, run 'ahenk adopt'.";
}
