using System.Security.Cryptography;
using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>Files in homes, touched with their users' rights and from open directory to open directory.</summary>
public sealed class HomeFiles : IHomeFiles
{
    private const uint OwnerOnly = 0x180; // 0600

    /// <inheritdoc/>
    public byte[]? Read(Account account, string path, int limit = 1 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var wanted = HomePath.Of(path);
        using var identity = new FileIdentity(account);
        using var directory = HomeDirectory.Open(account, wanted, make: false);
        if (directory?.Examine() is null)
        {
            return null;
        }

        // Examined once more when it is open: it may be another one by now. Without NonBlocking the open of a pipe would wait for a writer.
        using var file = FileCalls.OpenAt(
            directory.Handle, wanted.Name,
            FileCalls.ReadOnly | FileCalls.NoFollow | FileCalls.NonBlocking | FileCalls.NoTerminal | FileCalls.CloseOnExec, 0);
        if (file.IsInvalid || FileCalls.Status(file, "", FileCalls.EmptyPath, FileCalls.BasicStatus, out var status) != 0)
        {
            return FileCalls.Failure == FileCalls.NoEntry ? null : throw directory.Failed();
        }

        directory.Check(status);
        if (status.Size > (ulong)limit || ReadAll(file, limit, directory.Failed) is not { } content)
        {
            throw new HomeFileException($"'{path}' in the home of '{account.Name}' is larger than {limit} bytes; it was not read.");
        }

        return content;
    }

    /// <inheritdoc/>
    public void Write(Account account, string path, ReadOnlySpan<byte> content, UnixFileMode newFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        const UnixFileMode Permissions = (UnixFileMode)0x1FF;
        ArgumentOutOfRangeException.ThrowIfNotEqual(newFileMode & ~Permissions, UnixFileMode.None);
        var wanted = HomePath.Of(path);
        var temporary = ".ahenk-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        using var identity = new FileIdentity(account);
        using var directory = HomeDirectory.Open(account, wanted, make: true)
            ?? throw new InvalidOperationException("A walk that makes directories found one missing.");
        var mode = directory.Examine()?.Permissions ?? (uint)newFileMode;
        using (var file = FileCalls.OpenAt(
            directory.Handle, temporary, FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive | FileCalls.NoFollow | FileCalls.CloseOnExec, OwnerOnly))
        {
            if (file.IsInvalid)
            {
                throw directory.Failed();
            }

            var isDone = false;
            try
            {
                Fill(file, content, mode, directory);
                isDone = FileCalls.RenameAt(directory.Handle, temporary, directory.Handle, wanted.Name) == 0 ? true : throw directory.Failed();
            }
            finally
            {
                if (!isDone)
                {
                    _ = FileCalls.UnlinkAt(directory.Handle, temporary, 0);
                }
            }
        }

        Flush(directory);
    }

    /// <inheritdoc/>
    public bool Delete(Account account, string path)
    {
        var wanted = HomePath.Of(path);
        using var identity = new FileIdentity(account);
        using var directory = HomeDirectory.Open(account, wanted, make: false);
        if (directory?.Examine() is null)
        {
            return false;
        }

        if (FileCalls.UnlinkAt(directory.Handle, wanted.Name, 0) != 0)
        {
            return FileCalls.Failure == FileCalls.NoEntry ? false : throw directory.Failed();
        }

        Flush(directory);
        return true;
    }

    private static void Fill(SafeFileHandle file, ReadOnlySpan<byte> content, uint mode, HomeDirectory directory)
    {
        try
        {
            RandomAccess.Write(file, content, 0);
            if (FileCalls.ChangeMode(file, mode) != 0)
            {
                throw directory.Failed();
            }

            RandomAccess.FlushToDisk(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw directory.Failed(failure);
        }
    }

    /// <summary>Reads a file that may grow meanwhile.</summary>
    /// <returns><see langword="null"/>: it is too large.</returns>
    internal static byte[]? ReadAll(SafeFileHandle file, int limit, Func<Exception, Exception> explain)
    {
        try
        {
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int count;
            while (content.Length <= limit && (count = RandomAccess.Read(file, buffer, content.Length)) > 0)
            {
                content.Write(buffer, 0, count);
            }

            return content.Length > limit ? null : content.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw explain(failure);
        }
    }

    /// <summary>Only a power cut within the next seconds could bring the old state back, so a failure here is none of the work.</summary>
    private static void Flush(HomeDirectory directory)
    {
        using var readable = FileCalls.OpenAt(directory.Handle, ".", FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec, 0);
        if (!readable.IsInvalid)
        {
            _ = FileCalls.Synchronise(readable);
        }
    }
}
