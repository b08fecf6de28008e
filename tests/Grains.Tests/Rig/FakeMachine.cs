using System.Collections.Concurrent;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A machine that has a name and addresses, and notes what it is told to run.</summary>
public sealed class FakeMachine : IMachine, IInventory, ICommandRunner
{
    private readonly ConcurrentQueue<string> _ran = new();
    private readonly Signal _changed = new();

    /// <summary>The commands, in order.</summary>
    public IReadOnlyList<string> Ran => [.. _ran];

    public NetworkIdentity Network { get; set; } = new("pc-7", [])
    {
        IpAddresses = ["10.0.0.5"],
        MacAddresses = ["52:54:00:aa:bb:cc", "52:54:00:dd:ee:ff"],
    };

    public ICommandRunner Commands => this;

    public IInventory Inventory => this;

    public string PrivateDirectory => throw new NotSupportedException();

    public Task<MachineInventory> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(new MachineInventory { Network = Network });

    public Task WhenRan() => _changed.When(() => !_ran.IsEmpty);

    public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        _ran.Enqueue(string.Join(' ', [command.Program, .. command.Arguments]));
        _changed.Set();
        return Task.FromResult(new CommandResult { ExitCode = 0, Output = "", Error = "" });
    }

    public NetworkIdentity ReadNetwork() => Network;
}
