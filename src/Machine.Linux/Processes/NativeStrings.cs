using System.Runtime.InteropServices;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>A NULL-terminated array of UTF-8 strings, as execve takes it.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    public NativeStrings(IReadOnlyList<string> texts)
    {
        _count = texts.Count;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }
    }

    /// <summary>The array.</summary>
    public byte** Pointer { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _count && Pointer is not null; i++)
        {
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        }

        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}
