using System.ComponentModel;
using System.IO.Pipes;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>Two connected descriptors, of which one goes to a child. Ends that were not taken are closed.</summary>
internal sealed unsafe class DescriptorPair : IDisposable
{
    /// <summary>The highest number that a child's descriptors get: its input, its two outputs and its channel.</summary>
    public const int Highest = 3;

    private readonly int[] _ends = [-1, -1];

    private DescriptorPair(bool isSocket)
    {
        fixed (int* ends = _ends)
        {
            // SOCK_CLOEXEC is the same bit as O_CLOEXEC.
            var result = isSocket
                ? Libc.SocketPair(Libc.UnixFamily, Libc.StreamSocket | Libc.CloseOnExec, 0, ends)
                : Libc.Pipe2(ends, Libc.CloseOnExec);
            if (result < 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }

        MoveUp();
    }

    /// <summary>The first end; of a pipe the one that is read.</summary>
    public int First => _ends[0];

    /// <summary>The second end; of a pipe the one that is written.</summary>
    public int Second => _ends[1];

    /// <summary>A pipe.</summary>
    /// <exception cref="Win32Exception">The agent is out of file descriptors.</exception>
    public static DescriptorPair Pipe() => new(isSocket: false);

    /// <summary>Two ends of which each can be read and written.</summary>
    /// <exception cref="Win32Exception">The agent is out of file descriptors.</exception>
    public static DescriptorPair Socket() => new(isSocket: true);

    /// <summary>Takes the end of a pipe that is read.</summary>
    public AnonymousPipeClientStream OpenReader() => OpenPipe(0, PipeDirection.In);

    /// <summary>Takes the end of a pipe that is written.</summary>
    public AnonymousPipeClientStream OpenWriter() => OpenPipe(1, PipeDirection.Out);

    /// <summary>Takes the first end of a socket.</summary>
    public NetworkStream OpenSocket() => new(new Socket(new SafeSocketHandle(Take(0), ownsHandle: true)), ownsSocket: true);

    public void Dispose()
    {
        for (var i = 0; i < 2; i++)
        {
            if (_ends[i] >= 0)
            {
                Libc.Close(Take(i));
            }
        }
    }

    /// <summary>
    /// Where the agent was started without one of 0 to 2, the pair takes its number, and the child's dup2 would overwrite it; so it would where the pair took 3.
    /// </summary>
    private void MoveUp()
    {
        for (var i = 0; i < 2; i++)
        {
            if (_ends[i] <= Highest)
            {
                var low = _ends[i];
                _ends[i] = Libc.Fcntl(low, Libc.DuplicateCloseOnExec, Highest + 1);
                var errno = Marshal.GetLastPInvokeError();
                Libc.Close(low);
                if (_ends[i] < 0)
                {
                    Dispose();
                    throw new Win32Exception(errno);
                }
            }
        }
    }

    // This stream reads and writes pipes through epoll: no thread waits for a silent program, and a read can be cancelled.
    private AnonymousPipeClientStream OpenPipe(int end, PipeDirection direction) => new(direction, new SafePipeHandle(Take(end), ownsHandle: true));

    private int Take(int end)
    {
        var descriptor = _ends[end];
        _ends[end] = -1;
        return descriptor;
    }
}
