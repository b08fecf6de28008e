using System.ComponentModel;
using System.Runtime.InteropServices;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux;

/// <summary>The machine the agent runs on.</summary>
public sealed class LinuxMachine : IMachine
{
    /// <summary>Joins the services and makes the private directory anew, so that nothing of an earlier run is in it.</summary>
    /// <param name="commands">Runs programs.</param>
    /// <param name="inventory">Describes the machine.</param>
    /// <param name="privateDirectory">Its path. Its parent must exist and belong to the agent's user.</param>
    /// <exception cref="IOException">The directory could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">What stands there could not be removed.</exception>
    public LinuxMachine(ICommandRunner commands, IInventory inventory, string privateDirectory)
    {
        Commands = commands;
        Inventory = inventory;
        PrivateDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(privateDirectory));
        MakeAnew(PrivateDirectory);
    }

    /// <inheritdoc/>
    public ICommandRunner Commands { get; }

    /// <inheritdoc/>
    public IInventory Inventory { get; }

    /// <inheritdoc/>
    public string PrivateDirectory { get; }

    private static void MakeAnew(string path)
    {
        // A link is removed and not followed: what it names is somebody else's.
        var found = new DirectoryInfo(path);
        if (found.LinkTarget is not null || File.Exists(path))
        {
            File.Delete(path);
        }
        else if (found.Exists)
        {
            found.Delete(recursive: true);
        }

        // mkdir fails where Directory.CreateDirectory is content: on a directory that somebody else has put there in between.
        const uint OwnerOnly = 0x1C0;
        if (Libc.MakeDirectory(path, OwnerOnly) < 0)
        {
            var reason = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
            throw new IOException($"The private directory '{path}' could not be made: {reason}.");
        }
    }
}
