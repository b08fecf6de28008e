using Microsoft.Win32.SafeHandles;

namespace Ahenk.Plugins.FileManagement;

/// <summary>Descriptors that were opened without access, and the files behind them.</summary>
internal static class Descriptors
{
    /// <summary>Opens for reading what a descriptor without access (O_PATH) stands for: no name is looked up again.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle Reopen(SafeFileHandle entry) => File.OpenHandle(
        $"/proc/self/fd/{entry.DangerousGetHandle()}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
