using System.Runtime.InteropServices;
using Ahenk.Plugins.Sdk;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Plugins.FileManagement;

/// <summary>What the kernel says of a file (statx(2), whose layout is the same on every architecture).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    private const int TypeMask = 0xF000;
    private const uint WritableByOthers = 0x12;

    [FieldOffset(20)]
    public uint User;

    [FieldOffset(24)]
    public uint Group;

    [FieldOffset(28)]
    private ushort _mode;

    [FieldOffset(40)]
    public ulong Size;

    public readonly bool IsRegular => (_mode & TypeMask) == 0x8000;

    public readonly bool IsDirectory => (_mode & TypeMask) == 0x4000;

    public readonly bool IsLink => (_mode & TypeMask) == 0xA000;

    /// <summary>Who may read, write and run it; without set-user-id and its like.</summary>
    public readonly uint Permissions => _mode & 0x1FFu;

    /// <summary>Whether, of a directory, nobody but root (or the agent's user) can put something in it or exchange what is there.</summary>
    public readonly bool IsTrusted => (User == 0 || User == Libc.EffectiveUser()) && (_mode & WritableByOthers) == 0;

    /// <summary>Asks for it.</summary>
    public static FileStatus Of(SafeFileHandle file, string path) =>
        Libc.Status(file, "", Libc.EmptyPath, Libc.BasicStatus, out var status) == 0
            ? status
            : throw new PluginInputException($"'{path}' could not be examined: {Libc.ErrorText}.");
}

/// <summary>What the kernel says of a file system (fstatfs(2)); only its first member matters here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileSystemStatus
{
    [FieldOffset(0)]
    private long _magic;

    /// <summary>
    /// Whether its files are not stored but made by the kernel as they are read: some never end, some stand still, some do something
    /// when they are written.
    /// </summary>
    public readonly bool IsKernelInterface => unchecked((uint)_magic) is
        0x9FA0 or // proc
        0x6265_6572 or // sysfs
        0x6462_6720 or // debugfs
        0x7472_6163 or // tracefs
        0x6265_6570 or // configfs
        0x0027_E0EB or 0x6367_7270 or // cgroup, cgroup2
        0x7363_6673 or // securityfs
        0xF97C_FF8C or // selinuxfs
        0x4341_5D53 or // smackfs
        0xCAFE_4A11 or // bpf
        0x4249_4E4D or // binfmt_misc
        0x6573_5543 or // fusectl
        0x6165_676C or // pstore
        0xDE5E_81E4; // efivarfs

    /// <summary>Refuses what lies on such a file system.</summary>
    public static void RefuseKernelInterface(SafeFileHandle file, string path)
    {
        if (Libc.FileSystem(file, out var status) != 0)
        {
            throw new PluginInputException($"'{path}' could not be examined: {Libc.ErrorText}.");
        }

        if (status.IsKernelInterface)
        {
            throw new PluginInputException($"'{path}' is not a stored file but an interface of the kernel, and is left alone. Use a script for it.");
        }
    }
}
