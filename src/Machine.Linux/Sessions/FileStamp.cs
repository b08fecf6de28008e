namespace Ahenk.Machine.Linux.Sessions;

/// <summary>Which file it is, and whether it has changed: equal stamps mean that it has not.</summary>
/// <param name="File">Which one. A file system may give the number of a file that is gone to the next one, so its birth belongs to it.</param>
/// <param name="Size">Its length.</param>
/// <param name="Changed">When its content last changed.</param>
internal readonly record struct FileStamp(
    (ulong Device, ulong Inode, long BornSecond, uint BornNanosecond) File, ulong Size, (long Second, uint Nanosecond) Changed)
{
    /// <summary>That of a file or directory, or <see langword="null"/> where there is none.</summary>
    /// <param name="path">Its path, from the root.</param>
    public static FileStamp? Read(string path) =>
        FileCalls.Status(-1, path, 0, FileCalls.StatusWithBirth, out var status) == 0
            ? new FileStamp(
                (status.Device, status.Inode, status.BornSecond, status.BornNanosecond), status.Size, (status.ChangedSecond, status.ChangedNanosecond))
            : null;
}
