using Ahenk.Grains;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Statistics;
using Orleans.Storage;

namespace Ahenk.Silo.Hosting;

/// <summary>Sets Orleans up as one silo on its own.</summary>
internal static class SiloSetup
{
    /// <summary>Adds clustering without sockets, grain state in the agent's database, and quiet timers.</summary>
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
        silo.Configure<DeploymentLoadPublisherOptions>(options => options.DeploymentLoadPublisherRefreshTime = TimeSpan.FromHours(1));
        SocketlessSilo.RemoveSockets(silo.Services);
        Quieten(silo.Services);
    }

    private static void Quieten(IServiceCollection services)
    {
        var patient = new PatientTimeProvider();
        foreach (var area in (string[])[TimeProviderNames.Membership, TimeProviderNames.SystemTimers, TimeProviderNames.ActivationManagement, TimeProviderNames.GrainDirectory])
        {
            services.RemoveAllKeyed<TimeProvider>(area);
            services.AddKeyedSingleton<TimeProvider>(area, patient);
        }

        services.Replace(ServiceDescriptor.Singleton<IEnvironmentStatisticsProvider, QuietStatistics>());
    }

    /// <summary>Answers from the process when asked, instead of polling event counters twice a second.</summary>
    private sealed class QuietStatistics : IEnvironmentStatisticsProvider
    {
        public EnvironmentStatistics GetEnvironmentStatistics()
        {
            var memory = GC.GetGCMemoryInfo();
            return new EnvironmentStatistics(
                cpuUsagePercentage: 0,
                rawCpuUsagePercentage: 0,
                memoryUsageBytes: memory.HeapSizeBytes,
                rawMemoryUsageBytes: memory.HeapSizeBytes,
                availableMemoryBytes: memory.TotalAvailableMemoryBytes,
                rawAvailableMemoryBytes: memory.TotalAvailableMemoryBytes,
                maximumAvailableMemoryBytes: memory.TotalAvailableMemoryBytes);
        }
    }
}
