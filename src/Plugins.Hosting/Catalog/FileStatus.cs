using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>Whose a file is, what it is and whether it changed; a link is seen itself and not what it names.</summary>
internal readonly record struct FileStatus(uint Owner, FileKind Kind, UnixFileMode Mode, string Mark)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicFields = 0x7ff;

    /// <summary>The user the agent runs as.</summary>
    public static uint CurrentUser => Native.GetEffectiveUserId();

    public bool WritableByOthers => Kind != FileKind.Link && (Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;

    /// <summary>Reads it.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static unsafe FileStatus Read(string path)
    {
        StatusFields fields;
        if (Native.Statx(CurrentDirectory, path, NoFollow, BasicFields, &fields) != 0)
        {
            throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }

        const int KindMask = 0xF000;
        var kind = (fields.Mode & KindMask) switch
        {
            0x4000 => FileKind.Directory,
            0x8000 => FileKind.File,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };

        // What a folder's own times say is said by what is in it, too, and they also change with files that do not matter.
        var mark = kind == FileKind.Directory
            ? $"{fields.Owner} {fields.Mode:x}"
            : $"{fields.Owner} {fields.Mode:x} {fields.Inode} {fields.Size} {fields.Modified} {fields.Changed}";
        return new FileStatus(fields.Owner, kind, (UnixFileMode)(fields.Mode & 0xFFF), mark);
    }

    /// <summary>A path without links and dots, or <see langword="null"/> when it leads nowhere.</summary>
    public static unsafe string? Resolve(string path)
    {
        var resolved = Native.RealPath(path, null);
        try
        {
            return Marshal.PtrToStringUTF8((nint)resolved);
        }
        finally
        {
            NativeMemory.Free(resolved);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timestamp
    {
        public long Seconds;
        public uint Nanoseconds;
        private readonly int _reserved;

        public override readonly string ToString() => $"{Seconds}.{Nanoseconds:d9}";
    }

    /// <summary>struct statx of the kernel, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusFields
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public Timestamp Changed;

        [FieldOffset(112)]
        public Timestamp Modified;
    }
}

/// <summary>What a name in a folder is.</summary>
internal enum FileKind
{
    File,
    Directory,
    Link,
    Other,
}

internal static unsafe partial class Native
{
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Statx(int directory, string path, int flags, uint mask, void* result);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial byte* RealPath(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();
}
