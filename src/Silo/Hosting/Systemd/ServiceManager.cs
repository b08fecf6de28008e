using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting.Systemd;

/// <summary>Tells systemd how the service is (sd_notify(3)), where there is one.</summary>
internal sealed partial class ServiceManager(ServiceEnvironment environment, ILogger<ServiceManager> logger) : IServiceManager
{
    private const int LongestStatus = 200;

    private string? _status;

    /// <inheritdoc/>
    public void Ready() => Send("READY=1");

    /// <inheritdoc/>
    public void Stopping(TimeSpan most) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"STOPPING=1\nEXTEND_TIMEOUT_USEC={(long)most.TotalMicroseconds}"));

    /// <inheritdoc/>
    public void Tell(string status)
    {
        if (Interlocked.Exchange(ref _status, status) != status)
        {
            Send($"STATUS={OneLine(status)}");
        }
    }

    /// <inheritdoc/>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>A line break would begin another message.</summary>
    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length <= LongestStatus ? line : line[..LongestStatus] + "...";
    }

    private void Send(string message)
    {
        if (environment.NotifySocket is not { } path)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            socket.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException failure)
        {
            // Whoever wanted to know is gone, or does not read; the agent is not the worse for it.
            LogNotTold(failure.Message);
        }
    }

    [LoggerMessage(3930, LogLevel.Warning, "[AHENK] systemd could not be told how the agent is: {Reason}")]
    private partial void LogNotTold(string reason);
}
