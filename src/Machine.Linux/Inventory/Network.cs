using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>Host name, interfaces and addresses.</summary>
internal static partial class Network
{
    private const string NetDirectory = "sys/class/net";
    private const string LoopbackType = "772";
    private const int MaxInterfaces = 256;
    private const int MaxAddresses = 64;
    private const int MaxStacking = 8;

    /// <summary>Reads them.</summary>
    /// <param name="files">The machine's files.</param>
    /// <param name="addresses">The addresses by the name of their interface.</param>
    public static NetworkIdentity Read(MachineFiles files, ILookup<string, IPAddress> addresses)
    {
        // A container may have no sysfs, but its interfaces still have addresses.
        var names = files.List(NetDirectory).Concat(addresses.Select(group => group.Key)).Distinct(StringComparer.Ordinal);
        var interfaces = names
            .Where(name => name != "lo" && files.ReadValue($"{NetDirectory}/{name}/type") is not LoopbackType)
            .Select(name => Describe(files, name, addresses[name]))
            .OrderByDescending(one => one.IsPhysical).ThenBy(one => one.Name, StringComparer.Ordinal)
            .Take(MaxInterfaces)
            .ToList();

        // The address of a bond, a bridge or a VLAN is the machine's own, that of a container's bridge or a tunnel is not.
        var anyPhysical = interfaces.Exists(one => one.IsPhysical);
        return new NetworkIdentity(files.ReadValue("proc/sys/kernel/hostname") ?? MachineInventory.NotAvailable, interfaces)
        {
            IpAddresses = [.. interfaces
                .Where(one => !anyPhysical || IsOnHardware(files, one.Name, 0))
                .SelectMany(one => addresses[one.Name])
                .Where(address => !IPAddress.IsLoopback(address))
                .OrderBy(Rank)
                .Select(Text).Distinct(StringComparer.Ordinal).Take(MaxAddresses)],
            MacAddresses = [.. interfaces
                .Where(one => one.MacAddress.Length > 0 && (!anyPhysical || one.IsPhysical))
                .Select(one => one.MacAddress).Distinct(StringComparer.Ordinal).Take(MaxAddresses)],
        };
    }

    /// <summary>The addresses that the kernel knows now.</summary>
    public static ILookup<string, IPAddress> ReadAddresses()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(one => one.GetIPProperties().UnicastAddresses, (one, unicast) => (one.Name, unicast.Address))
                .ToLookup(pair => pair.Name, pair => pair.Address, StringComparer.Ordinal);
        }
        catch (NetworkInformationException)
        {
            return Array.Empty<IPAddress>().ToLookup(_ => "");
        }
    }

    private static NetworkInterfaceInfo Describe(MachineFiles files, string name, IEnumerable<IPAddress> addresses)
    {
        var mac = files.ReadValue($"{NetDirectory}/{name}/address")?.ToLowerInvariant() ?? "";
        return new NetworkInterfaceInfo(
            name, Mac().IsMatch(mac) && mac.AsSpan().ContainsAnyExcept('0', ':') ? mac : "",
            [.. addresses.OrderBy(Rank).Select(Text).Distinct(StringComparer.Ordinal).Take(MaxAddresses)],
            IsPhysical(files, name));
    }

    private static bool IsPhysical(MachineFiles files, string name) => files.Exists($"{NetDirectory}/{name}/device");

    private static bool IsOnHardware(MachineFiles files, string name, int depth)
    {
        const string Lower = "lower_";
        return IsPhysical(files, name) || (depth < MaxStacking && files.List($"{NetDirectory}/{name}").Any(entry =>
            entry.StartsWith(Lower, StringComparison.Ordinal) && IsOnHardware(files, entry[Lower.Length..], depth + 1)));
    }

    private static int Rank(IPAddress address)
    {
        var isVersion4 = address.AddressFamily == AddressFamily.InterNetwork;
        var isLinkLocal = isVersion4 ? address.ToString().StartsWith("169.254.", StringComparison.Ordinal) : address.IsIPv6LinkLocal;
        return (isLinkLocal ? 2 : 0) + (isVersion4 ? 0 : 1);
    }

    private static string Text(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes()).ToString() : address.ToString();

    [GeneratedRegex(@"\A[0-9a-f]{2}(:[0-9a-f]{2}){5,19}\z")]
    private static partial Regex Mac();
}
