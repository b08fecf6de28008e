using System.Net;
using System.Net.Sockets;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.People;

/// <summary>What Lider is told of logins and logouts (LP 3.5).</summary>
public sealed class LoginNews(IMachine machine, AgentVersion version, TimeProvider time)
{
    /// <summary>LOGIN, with an inventory of now.</summary>
    internal async Task<OutboxDraft> LoginAsync(string user, StoredLogin login, CancellationToken cancellationToken)
    {
        // Off the grain's scheduler: reading the machine takes seconds on some.
        var inventory = await Task.Run(() => machine.Inventory.ReadAsync(cancellationToken), cancellationToken);
        return Draft(new LoginMessage
        {
            Username = user,
            Hostname = inventory.Network.Hostname,
            IpAddresses = string.Join(',', inventory.Network.IpAddresses),
            UserIp = Address(login.RemoteHost),
            OsVersion = inventory.DistributionVersion,
            AgentVersion = version.Text,
            DiskTotal = Whole(inventory.DiskTotalMb),
            DiskUsed = Whole(inventory.DiskUsedMb),
            DiskFree = Whole(inventory.DiskFreeMb),
            Memory = Whole(inventory.MemoryTotalMib),
            HardwareDiskSsdInfo = InventoryText.Disks(inventory.Disks, isSsd: true),
            HardwareDiskHddInfo = InventoryText.Disks(inventory.Disks, isSsd: false),
            Timestamp = time.GetLocalNow(),
        });
    }

    /// <summary>LOGOUT.</summary>
    internal OutboxDraft Logout(string user, StoredLogin login) =>
        Draft(new LogoutMessage { Username = user, UserIp = Address(login.RemoteHost), Timestamp = time.GetLocalNow() });

    /// <summary>An address as the server takes it; a host that is named otherwise is none.</summary>
    internal static string? Address(string? host)
    {
        // A single number is an address to the parser, too.
        if (host is null || !host.Any(static letter => letter is '.' or ':') || !IPAddress.TryParse(host, out var address))
        {
            return null;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return host.Count(static letter => letter == '.') == 3 ? address.ToString() : null;
        }

        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>The server keeps these as Java's int.</summary>
    private static int Whole(long size) => (int)Math.Clamp(size, 0, int.MaxValue);

    private OutboxDraft Draft(AgentMessage message) => new(message.ToBody(), time.GetUtcNow());
}
