using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// While it lives, the calling thread touches files as a user (setfsuid(2)): the kernel takes from root what lets it pass permissions over, what is made is
/// the user's, and quotas and network file systems see the user. Only this thread is meant, so there must be no await in between.
/// </summary>
internal readonly ref struct FileIdentity : IDisposable
{
    /// <summary>A number that is nobody's: the call changes nothing and answers what is set.</summary>
    private const uint Nobody = uint.MaxValue;

    private readonly uint _user;
    private readonly uint _group;

    /// <summary>Takes the user's identity.</summary>
    /// <exception cref="HomeFileException">The agent may not.</exception>
    public FileIdentity(Account account)
    {
        // The group first: without root's rights it could not be changed.
        _group = FileCalls.SetFileGroup(account.Gid);
        _user = FileCalls.SetFileUser(account.Uid);
        if (FileCalls.SetFileUser(Nobody) != account.Uid || FileCalls.SetFileGroup(Nobody) != account.Gid)
        {
            Dispose();
            throw new HomeFileException($"The files of '{account.Name}' cannot be touched with the user's rights, because the agent does not run as root.");
        }
    }

    /// <summary>Takes the thread's own identity back.</summary>
    public void Dispose()
    {
        _ = FileCalls.SetFileUser(_user);
        _ = FileCalls.SetFileGroup(_group);
        if (FileCalls.SetFileUser(Nobody) != _user || FileCalls.SetFileGroup(Nobody) != _group)
        {
            // The thread goes back to the pool, where its next work would be done with a user's rights.
            Environment.FailFast("The agent could not take back its own rights with files.");
        }
    }
}
