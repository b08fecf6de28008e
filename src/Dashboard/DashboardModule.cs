using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Dashboard;
using Orleans.Serialization;

namespace Ahenk.Dashboard;

/// <summary>What the daemon finds in this assembly.</summary>
public sealed class DashboardModule : IDashboardModule
{
    private const int SampleMilliseconds = 5000;

    /// <inheritdoc/>
    public void AddTo(IServiceCollection services, DashboardAccess access)
    {
        services.AddSerializer(serializer => serializer.AddAssembly(typeof(DashboardOptions).Assembly));
        new Silo(services).AddDashboard(options =>
        {
            options.CounterUpdateIntervalMs = SampleMilliseconds;
            options.HideTrace = true;
        });

        // What the pages ask for: the web server has services of its own.
        var shared = services.Where(service => !service.IsKeyedService && service.ServiceType.Assembly == typeof(DashboardOptions).Assembly)
            .Select(service => service.ServiceType).Distinct().ToArray();
        services.AddHostedService(provider => new DashboardServer(
            provider, shared, access, provider.GetRequiredService<LogSecrets>(), provider.GetRequiredService<ILoggerFactory>()));
    }

    private sealed class Silo(IServiceCollection services) : ISiloBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
