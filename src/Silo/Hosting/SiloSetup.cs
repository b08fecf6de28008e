using Ahenk.Grains;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Statistics;
using Orleans.Storage;

namespace Ahenk.Silo.Hosting;

/// <summary>Sets Orleans up as one silo on its own.</summary>
internal static class SiloSetup
{
    /// <summary>Adds clustering without sockets, grain state and reminders in the agent's database, and quiet timers.</summary>
    public static void Configure(ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(gatewayPort: 0, serviceId: "ahenk", clusterId: "ahenk");
        silo.AddAdoNetGrainStorage(AgentGrain.StorageName, options => options.Configure<AhenkDatabase, IOptions<SystemTextJsonGrainStorageSerializerOptions>>(
            (storage, database, json) =>
            {
                storage.Invariant = "System.Data.SQLite";
                storage.DataSource = database.GrainDataSource;
                storage.GrainStorageSerializer = new SystemTextJsonGrainStorageSerializer(json);
            }));
        silo.AddReminders();
        silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.FromHours(1));
        SocketlessSilo.RemoveSockets(silo.Services);
        Quieten(silo.Services);
    }

    private static void Quieten(IServiceCollection services)
    {
        var patient = new PatientTimeProvider(TimeProvider.System);
        foreach (var area in (string[])[TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.ActivationManagement, TimeProviderNames.GrainDirectory])
        {
            services.RemoveAllKeyed<TimeProvider>(area);
            services.AddKeyedSingleton<TimeProvider>(area, patient);
        }

        services.Replace(ServiceDescriptor.Singleton<IEnvironmentStatisticsProvider, QuietStatistics>());
    }

    /// <summary>
    /// Measures nothing. Orleans' own provider polls event counters twice a second for decisions (placement, shedding) that a silo on its own never
    /// makes.
    /// </summary>
    private sealed class QuietStatistics : IEnvironmentStatisticsProvider
    {
        public EnvironmentStatistics GetEnvironmentStatistics() => default;
    }
}
