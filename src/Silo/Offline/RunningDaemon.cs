using System.Net.Sockets;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Offline;

/// <summary>Whether a daemon runs with the same configuration.</summary>
internal static class RunningDaemon
{
    /// <summary>Whether one listens on the control socket.</summary>
    public static async Task<bool> IsThereAsync(AhenkSettings settings)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket.PathIn(settings.RunDirectory)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
