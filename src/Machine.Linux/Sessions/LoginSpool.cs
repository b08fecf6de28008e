using System.Text;
using Ahenk.Grains.Interfaces;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// The file <c>logins</c> in the run directory. It is renamed and made read-only before it is read, so that no line is lost that is written meanwhile, and only the
/// agent's own regular file is read.
/// </summary>
/// <param name="directory">The run directory.</param>
public sealed class LoginSpool(string directory) : ILoginSpool
{
    private const int LockExclusive = 2;
    private const string Written = "logins";
    private const string Taken = "logins.taken";
    private const int Largest = 64 * 1024;
    private const uint WritableByOthers = 0x12;

    /// <inheritdoc/>
    public SpooledLogins? Take()
    {
        using var folder = FileCalls.Open(directory, FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec);
        if (folder.IsInvalid)
        {
            return FileCalls.Failure == FileCalls.NoEntry ? null : Problem("its directory cannot be opened: " + FileCalls.FailureText);
        }

        return Read(folder) ?? (FileCalls.RenameAt(folder, Written, folder, Taken) == 0
            ? Read(folder)
            : FileCalls.Failure == FileCalls.NoEntry ? null : Problem("it cannot be renamed: " + FileCalls.FailureText));
    }

    /// <inheritdoc/>
    public void Forget()
    {
        using var folder = FileCalls.Open(directory, FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec);
        if (!folder.IsInvalid && FileCalls.UnlinkAt(folder, Taken, 0) != 0 && FileCalls.Failure != FileCalls.NoEntry)
        {
            throw new IOException($"'{directory}/{Taken}' cannot be removed: {FileCalls.FailureText}. Remove it.");
        }
    }

    /// <returns><see langword="null"/>: nothing was taken.</returns>
    private SpooledLogins? Read(SafeFileHandle folder)
    {
        using var file = FileCalls.OpenAt(
            folder, Taken, FileCalls.ReadOnly | FileCalls.NoFollow | FileCalls.NonBlocking | FileCalls.NoTerminal | FileCalls.CloseOnExec, 0);
        if (file.IsInvalid)
        {
            return FileCalls.Failure switch
            {
                FileCalls.NoEntry => null,
                FileCalls.TooManyLinks => Problem("it is a symbolic link"),
                _ => Problem(FileCalls.FailureText),
            };
        }

        if (FileCalls.Status(file, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status) != 0)
        {
            return Problem(FileCalls.FailureText);
        }

        if (!status.IsRegular || status.User != FileCalls.EffectiveUser() || (status.Permissions & WritableByOthers) != 0)
        {
            return Problem("it is no file that only the agent's user can write");
        }

        if (!Close(file))
        {
            return Problem("it cannot be locked: " + FileCalls.FailureText);
        }

        var buffer = new byte[Largest];
        var length = 0;
        while (length < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(length), length) is > 0 and var read)
        {
            length += read;
        }

        // A line without its end was cut off by the limit.
        var lines = Encoding.UTF8.GetString(buffer, 0, length).Split('\n');
        return new SpooledLogins(lines[..^1]);
    }

    /// <summary>
    /// A hook that has opened the file before it was renamed may not have written yet. Each writes under a lock, which it has for one write, and only into a file that
    /// its owner may write: from here on it takes a new one.
    /// </summary>
    private static bool Close(SafeFileHandle file)
    {
        if (FileCalls.Lock(file, LockExclusive) != 0)
        {
            return false;
        }

        // The lock goes with the handle.
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        return true;
    }

    private SpooledLogins Problem(string reason) =>
        new([], $"The logins and logouts in '{directory}/{Written}' (or {Taken}) are not taken in: {reason}. They are found in the list of sessions, if there is one.");
}
