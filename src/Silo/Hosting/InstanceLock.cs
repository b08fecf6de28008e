using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ahenk.Configuration;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Silo.Hosting;

/// <summary>
/// Keeps a second daemon from the same directories. What counts is the kernel's lock on the file (flock(2)), which goes with the process, however that ends; the file
/// itself stays, and holds the process id for people.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    /// <summary>The file in each of the directories.</summary>
    public const string FileName = "ahenkd.lock";

    /// <summary>0644: whoever is at the machine may see which process it is.</summary>
    private const uint Mode = 0x1A4;

    private readonly List<SafeFileHandle> _held = [];

    private InstanceLock()
    {
    }

    /// <summary>Takes the locks of directories that exist.</summary>
    /// <exception cref="AlreadyRunningException">Another process has one of them.</exception>
    /// <exception cref="IOException">A lock file cannot be opened: it is a link, for instance.</exception>
    public static InstanceLock Take(params IEnumerable<string> directories)
    {
        var taken = new InstanceLock();
        try
        {
            foreach (var directory in directories.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal))
            {
                taken.Add(Path.Combine(directory, FileName));
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of them: in so many words, for a child process that is just being made has the files open, too, until it has become another program.</summary>
    public void Dispose()
    {
        foreach (var file in _held)
        {
            _ = FileCalls.Lock(file, FileCalls.Unlock);
            file.Dispose();
        }

        _held.Clear();
    }

    private void Add(string path)
    {
        var file = Open(path, out var error);
        if (file.IsInvalid)
        {
            file.Dispose();
            if (error is FileCalls.ReadOnlyFileSystem or FileCalls.NoSpace)
            {
                // The other directory's lock has to do; what the disk lacks is said when the database is opened.
                return;
            }

            throw new IOException($"The lock file {path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}. Look at what is there, and at the owner and mode of its directory.");
        }

        if (FileCalls.Lock(file, FileCalls.LockExclusive | FileCalls.LockNonBlocking) != 0)
        {
            error = FileCalls.Failure;
            using (file)
            {
                throw error == FileCalls.WouldBlock
                    ? new AlreadyRunningException(path, ReadProcess(file))
                    : new IOException($"The lock of {path} cannot be taken: {Marshal.GetPInvokeErrorMessage(error)}.");
            }
        }

        _held.Add(file);
        WriteProcess(file);
    }

    /// <summary>On a file system that has become read-only the file that is there can be locked all the same.</summary>
    private static SafeFileHandle Open(string path, out int error)
    {
        var flags = FileCalls.NonBlocking | FileCalls.CloseOnExec | FileCalls.NoFollow;
        var file = FileCalls.Open(path, FileCalls.ReadWrite | FileCalls.Create | flags, Mode);
        error = FileCalls.Failure;
        if (file.IsInvalid && error == FileCalls.ReadOnlyFileSystem)
        {
            file.Dispose();
            file = FileCalls.Open(path, FileCalls.ReadOnly | flags);
        }

        return file;
    }

    /// <summary>In place and of one length: a full disk has room for it, and nobody reads half of one.</summary>
    private static void WriteProcess(SafeFileHandle file)
    {
        try
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,10}\n")), 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The lock holds without it; only the sentence of a second daemon lacks the number.
        }
    }

    private static int? ReadProcess(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[32];
        try
        {
            var length = RandomAccess.Read(file, text, 0);
            return int.TryParse(text[..length], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var process) && process > 0 ? process : null;
        }
        catch (Exception failure) when (failure is IOException or NotSupportedException)
        {
            // Whatever is there, it is locked.
            return null;
        }
    }
}

/// <summary>Another daemon runs on the same directories.</summary>
internal sealed class AlreadyRunningException(string file, int? process)
    : Exception($"Another Ahenk daemon{(process is { } id ? $" (process {id})" : "")} runs on the same directories: it has the lock of {file}. Stop it first (ahenk stop), or give this one a statedir and rundir of its own.");
