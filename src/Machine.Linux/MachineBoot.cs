using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Inventory;

namespace Ahenk.Machine.Linux;

/// <summary>This run of the machine, as the kernel has named it.</summary>
public sealed class MachineBoot : IMachineBoot
{
    private const string Source = "proc/sys/kernel/random/boot_id";

    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">The kernel does not tell it.</exception>
    public MachineBoot()
        : this("/")
    {
    }

    /// <summary>As the other one, with another directory in place of <c>/</c>.</summary>
    internal MachineBoot(string root) =>
        Id = Guid.TryParse(new MachineFiles(root).ReadValue(Source), out var id)
            ? id.ToString()
            : throw new IOException($"'/{Source}' does not tell which run of the machine this is: mount /proc.");

    /// <inheritdoc/>
    public string Id { get; }
}
