using Ahenk.Configuration;
using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Doctor.Checks;

namespace Ahenk.Silo.Doctor;

/// <summary>One examination of the agent.</summary>
internal static class Checkup
{
    /// <summary>Examines.</summary>
    public static async Task<IReadOnlyList<Diagnosis>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        var server = patient.Settings is { } settings ? new Lazy<ServerProbe>(() => new ServerProbe(settings.Gateway, HostGivenByHand(settings), patient.Time)) : null;
        try
        {
            return await new Examination(Checks(patient, server), patient.Time).ExamineAsync(cancellationToken);
        }
        finally
        {
            if (server is { IsValueCreated: true })
            {
                await server.Value.DisposeAsync();
            }
        }
    }

    /// <summary>The configuration of a file; <see langword="null"/>: it cannot be used, which its own check tells.</summary>
    public static AhenkSettings? TryRead(string configurationFile)
    {
        try
        {
            return AhenkSettings.Read(configurationFile);
        }
        catch (ConfigurationException)
        {
            return null;
        }
    }

    private static IHealthCheck[] Checks(Patient patient, Lazy<ServerProbe>? server) =>
    [
        new ConfigurationHealth(patient),
        new DaemonHealth(patient),
        new IdentityHealth(patient),
        new MachineIdHealth(patient),
        new NetworkHealth(),
        new DnsHealth(server),
        new TcpHealth(server),
        new TlsHealth(server, patient.Time),
        new LoginHealth(patient),
        new LiderHealth(patient, patient.Settings?.Gateway),
        new ClockHealth(patient, patient.Settings?.Gateway),
        new DiskHealth(patient, FileSystemSpace.Of),
        new DatabaseHealth(patient),
        new PluginHealth(patient),
        new PamHealth(patient),
        new FileServerHealth(patient),
        new PermissionHealth(patient),
        new OutboxHealth(patient),
        new CrashLoopHealth(patient),
        new CloneHealth(patient),
    ];

    private static string? HostGivenByHand(AhenkSettings settings)
    {
        try
        {
            return StoredIdentity.Read(settings.DatabaseFile)?.Host;
        }
        catch (StorageException)
        {
            // The database has its own check; the configured server is looked at instead.
            return null;
        }
    }
}
