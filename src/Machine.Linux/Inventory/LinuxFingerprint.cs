using System.Text.RegularExpressions;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>
/// Reads what tells this machine from others. A number that many machines have is none: firmware is full of words that stand in place of a serial number. In a container nothing is
/// read of the hardware, which is the host's.
/// </summary>
public sealed partial class LinuxFingerprint : IMachineFingerprint
{
    private const string NetDirectory = "sys/class/net";
    private const string Ethernet = "1";
    private const string Permanent = "0";
    private const int LeastSerial = 4;
    private const int MaxInterfaces = 32;

    private static readonly HashSet<string> NoSerials = new(StringComparer.OrdinalIgnoreCase)
    {
        "none", "n/a", "null", "unknown", "default", "default string", "not specified", "not applicable", "not available", "to be filled by o.e.m.", "to be filled by oem", "o.e.m.",
        "system serial number", "chassis serial number", "base board serial number", "board serial number", "serial number", "mb-1234567890", "empty", "invalid", "xxxxxxx",
    };

    /// <summary>UUIDs that boards were sold with by the thousand.</summary>
    private static readonly HashSet<string> NoUuids = new(StringComparer.OrdinalIgnoreCase)
    {
        "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc",
    };

    private readonly MachineFiles _files;

    /// <summary>Of this machine.</summary>
    public LinuxFingerprint()
        : this("/")
    {
    }

    /// <summary>As the other one, with another directory in place of <c>/</c>.</summary>
    internal LinuxFingerprint(string root) => _files = new MachineFiles(root);

    /// <inheritdoc/>
    public MachineFingerprint Read()
    {
        var id = _files.ReadValue("etc/machine-id")?.ToLowerInvariant();
        var known = new MachineFingerprint { MachineId = id is not null && MachineId().IsMatch(id) && !IsOneCharacter(id) ? id : null };
        return IsContainer() ? known : known with
        {
            ProductUuid = ReadUuid(),
            ProductSerial = ReadSerial("product_serial"),
            BoardSerial = ReadSerial("board_serial"),
            MacAddresses = [.. _files.List(NetDirectory).Select(ReadPermanentAddress).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxInterfaces)],
        };
    }

    private bool IsContainer() => _files.Exists("run/systemd/container") || _files.Exists(".dockerenv") || _files.Exists("run/.containerenv");

    private string? ReadUuid()
    {
        var uuid = ReadDmi("product_uuid");
        return Guid.TryParse(uuid, out _) && !NoUuids.Contains(uuid) && !IsOneCharacter(uuid) ? uuid.ToLowerInvariant() : null;
    }

    private string? ReadSerial(string name)
    {
        var serial = ReadDmi(name);
        return serial is null || serial.Length < LeastSerial || NoSerials.Contains(serial) || IsOneCharacter(serial) || "0123456789012345".Contains(serial, StringComparison.Ordinal)
            ? null
            : serial;
    }

    private string? ReadDmi(string name) => _files.ReadValue($"sys/class/dmi/id/{name}");

    /// <summary>The address that the hardware came with: what is set by software is not the machine's, and that of a bond is one of its members'.</summary>
    private string? ReadPermanentAddress(string name)
    {
        var directory = $"{NetDirectory}/{name}";
        if (!_files.Exists($"{directory}/device") || _files.ReadValue($"{directory}/type") != Ethernet)
        {
            return null;
        }

        var address = _files.ReadValue($"{directory}/bonding_slave/perm_hwaddr")
            ?? (_files.ReadValue($"{directory}/addr_assign_type") is null or Permanent ? _files.ReadValue($"{directory}/address") : null);
        return address is not null && Mac().IsMatch(address) && !IsOneCharacter(address) ? address.ToLowerInvariant() : null;
    }

    /// <summary>All zeros, all Fs, or the like, whatever stands between.</summary>
    private static bool IsOneCharacter(string text) => text.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant).Distinct().Count() <= 1;

    [GeneratedRegex(@"\A[0-9a-f]{32}\z")]
    private static partial Regex MachineId();

    [GeneratedRegex(@"\A[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}\z")]
    private static partial Regex Mac();
}
