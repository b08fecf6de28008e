using System.Net.NetworkInformation;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether there is a network at all.</summary>
internal sealed class NetworkHealth(Func<IReadOnlyList<string>> interfacesUp) : IHealthCheck
{
    public NetworkHealth()
        : this(Up)
    {
    }

    public int Number => 5;

    public string Name => "network";

    public bool IsForEverybody => true;

    public Task<Finding> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(
        interfacesUp() is { Count: > 0 } up
            ? Finding.Ok($"Up with an address: {string.Join(", ", up)}.")
            : Finding.Broken("No network interface but loopback is up and has an address.", "Plug the cable in, or look at the network's settings: ip address; nmcli; journalctl -u NetworkManager"));

    private static string[] Up() => [.. NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.NetworkInterfaceType != NetworkInterfaceType.Loopback && one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
        .Where(one => one.GetIPProperties().UnicastAddresses.Any(address => !address.Address.IsIPv6LinkLocal))
        .Select(one => one.Name)];
}
