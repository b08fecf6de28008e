using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Cli;

/// <summary>The file in which logins and logouts wait for a daemon that does not answer (packaging/pam/README.md).</summary>
internal sealed class LoginNote(string directory)
{
    private const long Largest = 64 * 1024;
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int AtEnd = 0x400;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180; // 0600
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int MostFiles = 5;
    private const int MostLocks = 50;

    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Appends a line.</summary>
    /// <returns>Why it could not be appended, or <see langword="null"/>.</returns>
    public string? Append(string word, string user, string desktop, string display)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "only root may leave the daemon a note";
        }

        try
        {
            if (!Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory, (UnixFileMode)0x1ED); // 0755
            }

            var path = Path.Combine(directory, "logins");
            for (var attempt = 0; attempt < MostFiles; attempt++)
            {
                if (TryAppend(path, $"{word}\t{user}\t{desktop}\t{display}", out var problem))
                {
                    return problem;
                }
            }

            return $"{path} is taken away each time";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return failure.Message;
        }
    }

    /// <returns>Whether it is settled; not when the daemon has just taken the file: it would not see the line any more.</returns>
    private static bool TryAppend(string path, string words, out string? problem)
    {
        using var file = Open(path, WriteOnly | Create | AtEnd | NonBlocking | CloseOnExec | NoFollow, OwnerOnly);
        if (file.IsInvalid)
        {
            problem = $"{path}: {Marshal.GetLastPInvokeErrorMessage()}";
            return true;
        }

        for (var attempt = 0; Lock(file, LockExclusive | LockNonBlocking) != 0; attempt++)
        {
            if (attempt == MostLocks)
            {
                problem = $"{path} is locked";
                return true;
            }

            Thread.Sleep(1);
        }

        var mode = File.GetUnixFileMode(file);
        if ((mode & UnixFileMode.UserWrite) == 0)
        {
            problem = null;
            return false;
        }

        // Not a regular file, or a full one: the daemon would not read it.
        problem = (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0 ? $"{path} can be written by others"
            : RandomAccess.GetLength(file) >= Largest ? $"{path} is full"
            : null;
        if (problem is null)
        {
            // To the millisecond: the daemon may have heard the event all the same, and the next one within the same second.
            var seconds = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000m).ToString("F3", CultureInfo.InvariantCulture);

            // One write a line, so that lines of several logins do not mix.
            RandomAccess.Write(file, Encoding.UTF8.GetBytes($"{words}\t{seconds}\n"), 0);
        }

        return true;
    }

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(SafeFileHandle file, int operation);

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);
}
