using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// The directory of a file in a home, reached name by name from one open directory to the next, none of them a link, all of them the user's: what was examined
/// is what is used, whatever the user renames in between.
/// </summary>
/// <remarks>
/// openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS does such a walk in one call from Linux 5.6 on. But who owns the directories on the way has to be seen,
/// and missing ones to be made, and both need each of them open; single names with O_NOFOLLOW give the same guarantee on every kernel.
/// </remarks>
internal sealed class HomeDirectory : IDisposable
{
    private const uint NewDirectory = 0x1C0; // 0700

    private readonly Account _account;
    private readonly HomePath _path;

    private HomeDirectory(Account account, HomePath path, SafeFileHandle handle)
    {
        _account = account;
        _path = path;
        Handle = handle;
    }

    /// <summary>The directory, open for nothing but what is relative to it.</summary>
    public SafeFileHandle Handle { get; private set; }

    /// <summary>Opens it.</summary>
    /// <param name="account">Whose home.</param>
    /// <param name="path">A path in the home.</param>
    /// <param name="make">Whether directories that are missing are made.</param>
    /// <returns><see langword="null"/>: it does not exist.</returns>
    /// <exception cref="HomeFileException">The way is barred.</exception>
    public static HomeDirectory? Open(Account account, HomePath path, bool make)
    {
        // The home itself may be reached by links: the way to it is root's.
        var home = FileCalls.Open(account.Home, FileCalls.PathOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec);
        if (home.IsInvalid)
        {
            home.Dispose();
            throw new HomeFileException($"The home of '{account.Name}', '{account.Home}', cannot be opened: {FileCalls.FailureText}.");
        }

        var directory = new HomeDirectory(account, path, home);
        try
        {
            directory.CheckOwner(account.Home);
            if (path.Directories.All(name => directory.Enter(name, make)))
            {
                return directory;
            }
        }
        catch
        {
            directory.Dispose();
            throw;
        }

        directory.Dispose();
        return null;
    }

    /// <summary>What the file's name stands for; <see langword="null"/>: nothing.</summary>
    /// <exception cref="HomeFileException">It is not a regular file of the user.</exception>
    public FileCalls.FileStatus? Examine()
    {
        if (FileCalls.Status(Handle, _path.Name, FileCalls.LinkItself, FileCalls.BasicStatus, out var status) == 0)
        {
            Check(status);
            return status;
        }

        return FileCalls.Failure == FileCalls.NoEntry ? null : throw Failed();
    }

    /// <summary>Checks that a status is that of a regular file of the user.</summary>
    /// <exception cref="HomeFileException">It is not.</exception>
    public void Check(FileCalls.FileStatus status)
    {
        if (!status.IsRegular)
        {
            var kind = status.IsLink ? "a symbolic link" : status.IsDirectory ? "a directory" : "a device, pipe or socket";
            throw new HomeFileException($"'{_path.Text}' in the home of '{_account.Name}' is {kind} and not a file; it was left alone.");
        }

        if (status.User != _account.Uid)
        {
            throw new HomeFileException($"'{_path.Text}' in the home of '{_account.Name}' belongs to another user; it was left alone.");
        }
    }

    /// <summary>Says that the last call failed.</summary>
    public HomeFileException Failed(Exception? cause = null) => new(
        $"'{_path.Text}' in the home of '{_account.Name}' could not be used: {cause?.Message ?? FileCalls.FailureText}.", cause);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private bool Enter(string name, bool make)
    {
        var next = Step(name);
        if (next.IsInvalid && FileCalls.Failure == FileCalls.NoEntry)
        {
            if (!make)
            {
                next.Dispose();
                return false;
            }

            if (FileCalls.MakeDirectoryAt(Handle, name, NewDirectory) != 0 && FileCalls.Failure != FileCalls.Exists)
            {
                throw Failed();
            }

            next.Dispose();
            next = Step(name);
        }

        if (next.IsInvalid)
        {
            next.Dispose();
            throw FileCalls.Failure is FileCalls.NotDirectory or FileCalls.TooManyLinks
                ? new HomeFileException(
                    $"'{_path.Text}' in the home of '{_account.Name}' was not used, because '{name}' on the way to it is a symbolic link or no directory.")
                : Failed();
        }

        Handle.Dispose();
        Handle = next;
        CheckOwner(name);
        return true;
    }

    private SafeFileHandle Step(string name) => FileCalls.OpenAt(
        Handle, name, FileCalls.PathOnly | FileCalls.OnlyDirectory | FileCalls.NoFollow | FileCalls.CloseOnExec, 0);

    private void CheckOwner(string name)
    {
        if (FileCalls.Status(Handle, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status) != 0)
        {
            throw Failed();
        }

        if (status.User != _account.Uid)
        {
            throw new HomeFileException(
                $"'{_path.Text}' in the home of '{_account.Name}' was not used, because the directory '{name}' belongs to another user.");
        }
    }
}
