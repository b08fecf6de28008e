using System.Globalization;

namespace Ahenk.Silo.Hosting.Systemd;

/// <summary>What systemd tells a service of type <c>notify</c> (sd_notify(3), sd_watchdog_enabled(3)).</summary>
/// <param name="NotifySocket">Where it listens; <see langword="null"/>: nowhere.</param>
/// <param name="WatchdogInterval">Within what it wants to hear that the service is alive; <see langword="null"/>: it does not.</param>
internal sealed record ServiceEnvironment(string? NotifySocket, TimeSpan? WatchdogInterval)
{
    private static readonly string[] Names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

    /// <summary>Reads it, and takes it out of the environment: programs of plugins are not the service.</summary>
    public static ServiceEnvironment Take()
    {
        string?[] values = [.. Names.Select(Environment.GetEnvironmentVariable)];
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        return Read(values[0], values[1], values[2], Environment.ProcessId);
    }

    /// <summary>Reads what is in the variables.</summary>
    internal static ServiceEnvironment Read(string? socket, string? interval, string? process, int ownProcess)
    {
        // Other kinds of addresses (vsock) are for virtual machines.
        var isAddress = socket is ['/' or '@', _, ..];
        var isOurs = string.IsNullOrEmpty(process) || process == ownProcess.ToString(CultureInfo.InvariantCulture);
        return new ServiceEnvironment(
            isAddress ? socket : null,
            isAddress && isOurs && long.TryParse(interval, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds is > 0 and < long.MaxValue / 10
                ? TimeSpan.FromMicroseconds(microseconds)
                : null);
    }
}
