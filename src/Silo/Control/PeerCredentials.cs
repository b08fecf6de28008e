using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Ahenk.Silo.Control;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it (SO_PEERCRED, unix(7)).</summary>
internal readonly record struct PeerCredentials(int ProcessId, uint UserId)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Whom this process runs as.</summary>
    public static uint OwnUserId => GetEffectiveUserId();

    /// <summary>Whether the peer may change things: root, or whom the daemon runs as.</summary>
    public bool IsPrivileged => UserId == 0 || UserId == GetEffectiveUserId();

    /// <summary>Asks the kernel.</summary>
    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> raw = stackalloc byte[12];
        var length = socket.GetRawSocketOption(SolSocket, SoPeerCred, raw);
        return length == raw.Length
            ? new PeerCredentials(MemoryMarshal.Read<int>(raw), MemoryMarshal.Read<uint>(raw[4..]))
            : throw new SocketException((int)SocketError.ProtocolOption);
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUserId();
}
