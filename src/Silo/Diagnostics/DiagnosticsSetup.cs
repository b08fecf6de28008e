using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Logging;
using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.Silo.Diagnostics;

/// <summary>Adds what the configuration asks for; nothing else is made, or loaded.</summary>
internal static class DiagnosticsSetup
{
    /// <summary>Adds the dashboard and the export of metrics.</summary>
    public static void Add(IServiceCollection services, DiagnosticsOptions options, DaemonLog log)
    {
        var access = new DashboardAccess(options.DashboardPort);
        services.AddSingleton(access);
        if (options.Dashboard)
        {
            DashboardAssembly.AddTo(services, DashboardAssembly.Folder, access);
        }

        if (access.Problem is { } problem)
        {
            log.Logger.Error("[DASHBOARD] {Problem}", problem);
        }

        if (options.MetricsFile is not null || options.OtlpEndpoint is not null)
        {
            services.AddSingleton(options);
            services.AddSingleton<AgentGauges>();
            services.AddHostedService<MetricsExport>();
        }
    }
}
