using Ahenk.Machine.Linux.Sessions;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Administrators;

/// <summary>A directory of the system, open: files in it are replaced and removed whatever its path leads to meanwhile.</summary>
internal sealed class SystemDirectory : IDisposable
{
    private const uint OwnerOnly = 0x180; // 0600
    private const uint Readable = 0x1A4; // 0644
    private const uint WritableByOthers = 0x12; // 0022

    private readonly string _path;
    private readonly SafeFileHandle _handle;

    private SystemDirectory(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
    }

    /// <summary>Opens it.</summary>
    /// <param name="path">Its path. Its parent must be root's.</param>
    /// <param name="otherOwner">A user who may own it as well as the agent's, by number.</param>
    /// <returns><see langword="null"/>: there is none.</returns>
    /// <exception cref="IOException">It is not one that only its owner may write to.</exception>
    public static SystemDirectory? Open(string path, uint? otherOwner)
    {
        var handle = FileCalls.Open(path, FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.NoFollow | FileCalls.CloseOnExec);
        if (handle.IsInvalid)
        {
            handle.Dispose();
            return FileCalls.Failure == FileCalls.NoEntry ? null : throw new IOException($"The directory '{path}' cannot be opened: {FileCalls.FailureText}.");
        }

        var directory = new SystemDirectory(path, handle);
        try
        {
            directory.CheckOwner(otherOwner);
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file holds exactly this and is the agent's, readable by all.</summary>
    public bool Holds(string name, ReadOnlySpan<byte> content)
    {
        // Without NonBlocking the open of a pipe would wait for a writer.
        using var file = FileCalls.OpenAt(
            _handle, name, FileCalls.ReadOnly | FileCalls.NoFollow | FileCalls.NonBlocking | FileCalls.NoTerminal | FileCalls.CloseOnExec, 0);
        return !file.IsInvalid && FileCalls.Status(file, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status) == 0 &&
            status.IsRegular && status.User == FileCalls.EffectiveUser() && status.Permissions == Readable && status.Size == (ulong)content.Length &&
            HomeFiles.ReadAll(file, content.Length, failure => Failed(name, failure.Message)) is { } found && content.SequenceEqual(found);
    }

    /// <summary>Puts a file, readable by all, in the place of whatever has its name. Its readers see the old one or the new one.</summary>
    /// <exception cref="IOException">The old one is still there.</exception>
    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        // The dot hides it from programs that read all files of such a directory, and so does the ending. An agent that was killed may have left one.
        var temporary = $".{name}.new";
        _ = FileCalls.UnlinkAt(_handle, temporary, 0);
        var isDone = false;
        try
        {
            using var file = FileCalls.OpenAt(
                _handle, temporary, FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive | FileCalls.NoFollow | FileCalls.CloseOnExec, OwnerOnly);
            if (file.IsInvalid)
            {
                throw Failed(name, FileCalls.FailureText);
            }

            Write(name, file, content);
            isDone = FileCalls.ChangeMode(file, Readable) == 0 && FileCalls.RenameAt(_handle, temporary, _handle, name) == 0 ? true
                : throw Failed(name, FileCalls.FailureText);
        }
        finally
        {
            if (!isDone)
            {
                _ = FileCalls.UnlinkAt(_handle, temporary, 0);
            }
        }

        Flush(name);
    }

    /// <summary>Removes a file.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="IOException">It is still there.</exception>
    public bool Remove(string name)
    {
        if (FileCalls.UnlinkAt(_handle, name, 0) != 0)
        {
            return FileCalls.Failure == FileCalls.NoEntry ? false : throw Failed(name, FileCalls.FailureText);
        }

        Flush(name);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private void CheckOwner(uint? otherOwner)
    {
        if (FileCalls.Status(_handle, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status) != 0)
        {
            throw new IOException($"The directory '{_path}' cannot be examined: {FileCalls.FailureText}.");
        }

        if (status.User != FileCalls.EffectiveUser() && status.User != otherOwner)
        {
            throw new IOException($"The directory '{_path}' does not belong to root, so nothing was changed in it: give it back with chown.");
        }

        if ((status.Permissions & WritableByOthers) != 0)
        {
            throw new IOException($"The directory '{_path}' may be written to by others than its owner, so nothing was changed in it: run chmod go-w on it.");
        }
    }

    private void Write(string name, SafeFileHandle file, ReadOnlySpan<byte> content)
    {
        try
        {
            RandomAccess.Write(file, content, 0);
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(name, failure.Message);
        }
    }

    private void Flush(string name)
    {
        if (FileCalls.Synchronise(_handle) != 0)
        {
            throw Failed(name, FileCalls.FailureText);
        }
    }

    private IOException Failed(string name, string reason) => new($"The file '{_path}/{name}' could not be changed: {reason}.");
}
