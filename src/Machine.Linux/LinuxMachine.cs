using System.ComponentModel;
using System.Runtime.InteropServices;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux;

/// <summary>The machine the agent runs on.</summary>
public sealed class LinuxMachine : IMachine
{
    private readonly PeopleServices _people;

    /// <summary>Joins the services and makes the private directory anew, so that nothing of an earlier run is in it.</summary>
    /// <param name="commands">Runs programs.</param>
    /// <param name="inventory">Describes the machine.</param>
    /// <param name="people">What there is for its users.</param>
    /// <param name="privateDirectory">Its path. Its parent must exist and belong to the agent's user.</param>
    /// <exception cref="IOException">The directory could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">What stands there could not be removed.</exception>
    public LinuxMachine(ICommandRunner commands, IInventory inventory, PeopleServices people, string privateDirectory)
    {
        Commands = commands;
        Inventory = inventory;
        _people = people;
        PrivateDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(privateDirectory));
        MakeAnew(PrivateDirectory);
    }

    /// <inheritdoc/>
    public ICommandRunner Commands { get; }

    /// <inheritdoc/>
    public IInventory Inventory { get; }

    /// <inheritdoc/>
    public IAccounts Accounts => _people.Accounts;

    /// <inheritdoc/>
    public IUserSessions Sessions => _people.Sessions;

    /// <inheritdoc/>
    public IUserCommands UserCommands => _people.Commands;

    /// <inheritdoc/>
    public IHomeFiles HomeFiles => _people.HomeFiles;

    /// <inheritdoc/>
    public IUserDialogs Dialogs => _people.Dialogs;

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

/// <summary>What there is for the users of a machine.</summary>
/// <param name="Accounts">Knows them.</param>
/// <param name="Sessions">Knows who is logged in.</param>
/// <param name="Commands">Runs programs as them.</param>
/// <param name="HomeFiles">Reads and writes their files.</param>
/// <param name="Dialogs">Shows them dialogs.</param>
public sealed record PeopleServices(IAccounts Accounts, IUserSessions Sessions, IUserCommands Commands, IHomeFiles HomeFiles, IUserDialogs Dialogs);
