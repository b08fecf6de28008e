using System.Text;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>Monitors, screens, USB devices and printers. sysfs and CUPS' own list hold them; no X server and no tool is needed.</summary>
internal static class Peripherals
{
    private const int MaxMonitors = 16;
    private const int MaxUsbDevices = 64;
    private const int MaxPrinters = 64;

    /// <summary>Connected monitors as <c>HDMI-A-1: DEL DELL U2415</c>, maker and name from the EDID where there is one.</summary>
    public static IReadOnlyList<string> ReadMonitors(MachineFiles files) => [.. Connectors(files)
        .Select(connector => ReadEdid(files.ReadBytes($"{connector.Path}/edid")) is { } name ? $"{connector.Name}: {name}" : connector.Name)];

    /// <summary>Screens with their preferred mode, as <c>HDMI-A-1: 1920x1200</c>.</summary>
    public static IReadOnlyList<string> ReadScreens(MachineFiles files) => [.. Connectors(files)
        .Select(connector => (connector.Name, Mode: files.ReadValue($"{connector.Path}/modes")))
        .Where(screen => screen.Mode is not null)
        .Select(screen => $"{screen.Name}: {screen.Mode}")];

    /// <summary>USB devices without root hubs, as <c>Bus 001 Device 004: ID 046d:c077 Logitech USB Optical Mouse</c>.</summary>
    public static IReadOnlyList<string> ReadUsbDevices(MachineFiles files)
    {
        const string Directory = "sys/bus/usb/devices";
        var devices = new List<string>();
        foreach (var name in files.List(Directory))
        {
            var device = $"{Directory}/{name}";
            if (name.StartsWith("usb", StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal) ||
                files.ReadValue($"{device}/idVendor") is not { } vendor || files.ReadValue($"{device}/idProduct") is not { } product)
            {
                continue;
            }

            var place = $"Bus {files.ReadNumber($"{device}/busnum"):000} Device {files.ReadNumber($"{device}/devnum"):000}";
            var text = $"{place}: ID {vendor}:{product} {files.ReadValue($"{device}/manufacturer")} {files.ReadValue($"{device}/product")}";
            devices.Add(MachineFiles.Tidy(text) ?? name);
        }

        return [.. devices.Order(StringComparer.Ordinal).Take(MaxUsbDevices)];
    }

    /// <summary>The printers that are set up on this machine, by name.</summary>
    public static IReadOnlyList<string> ReadPrinters(MachineFiles files)
    {
        // <Printer NAME>, or <DefaultPrinter NAME> for one of them. The lines within hold addresses with passwords and are passed over.
        var names = new List<string>();
        foreach (var line in files.ReadLines("etc/cups/printers.conf").Select(line => line.Trim()))
        {
            if (line.EndsWith('>') &&
                (line.StartsWith("<Printer ", StringComparison.Ordinal) || line.StartsWith("<DefaultPrinter ", StringComparison.Ordinal)) &&
                MachineFiles.Tidy(line[line.IndexOf(' ', StringComparison.Ordinal)..^1]) is { } name)
            {
                names.Add(name);
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal).Take(MaxPrinters)];
    }

    private static IEnumerable<(string Name, string Path)> Connectors(MachineFiles files)
    {
        // card0-HDMI-A-1
        const string Directory = "sys/class/drm";
        return files.List(Directory)
            .Where(name => name.StartsWith("card", StringComparison.Ordinal) && name.Contains('-', StringComparison.Ordinal))
            .Where(name => files.ReadValue($"{Directory}/{name}/status") == "connected")
            .Select(name => (name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..], $"{Directory}/{name}"))
            .Take(MaxMonitors);
    }

    /// <summary>Maker and name of a monitor from its EDID (VESA E-EDID 1.4, section 3).</summary>
    private static string? ReadEdid(byte[]? edid)
    {
        const int BlockLength = 128;
        const int FirstDescriptor = 54;
        const int DescriptorLength = 18;
        const byte MonitorName = 0xFC;
        if (edid is null || edid.Length < BlockLength || !edid.AsSpan(0, 8).SequenceEqual<byte>([0, 255, 255, 255, 255, 255, 255, 0]))
        {
            return null;
        }

        // Three letters of five bits each, 1 for A.
        var packed = (edid[8] << 8) | edid[9];
        var maker = string.Concat(Letter(packed >> 10), Letter(packed >> 5), Letter(packed));
        for (var at = FirstDescriptor; at + DescriptorLength < BlockLength; at += DescriptorLength)
        {
            if (edid[at] == 0 && edid[at + 1] == 0 && edid[at + 3] == MonitorName)
            {
                return MachineFiles.Tidy($"{maker} {Encoding.Latin1.GetString(edid, at + 5, 13)}");
            }
        }

        return maker;

        static string Letter(int bits) => ((char)('A' - 1 + (bits & 31))).ToString();
    }
}
