using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A machine that has a name and addresses and nothing else.</summary>
public sealed class FakeMachine : IMachine, IInventory
{
    public NetworkIdentity Network { get; set; } = new("pc-7", [])
    {
        IpAddresses = ["10.0.0.5"],
        MacAddresses = ["52:54:00:aa:bb:cc", "52:54:00:dd:ee:ff"],
    };

    public ICommandRunner Commands => throw new NotSupportedException();

    public IInventory Inventory => this;

    public string PrivateDirectory => throw new NotSupportedException();

    public Task<MachineInventory> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(new MachineInventory { Network = Network });

    public NetworkIdentity ReadNetwork() => Network;
}
