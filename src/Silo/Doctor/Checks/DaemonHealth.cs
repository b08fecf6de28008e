using System.Net.Sockets;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the daemon runs and answers.</summary>
internal sealed class DaemonHealth(Patient patient) : NeedsConfiguration(patient)
{
    public override int Number => 2;

    public override string Name => "daemon";

    public override bool IsForEverybody => true;

    protected override async Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken)
    {
        if (Patient.Daemon is not null)
        {
            return Finding.Ok($"It runs as process {Environment.ProcessId}, version {AhenkSettings.AgentVersion}, and answers.");
        }

        var path = ControlSocket.PathIn(settings.RunDirectory);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return Finding.Broken($"Its process holds {path} open, but has not answered in time.", "Look at its log (journalctl -u ahenk), then: systemctl restart ahenk");
        }
        catch (SocketException absent)
        {
            return Finding.Broken($"It does not run: nobody listens at {path} ({absent.Message}).", "Look why it ended (systemctl status ahenk; journalctl -u ahenk), then: systemctl start ahenk");
        }
    }
}
