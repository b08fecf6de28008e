using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Dotnet;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Hosting.Python;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting;

/// <summary>Registers the plugin host.</summary>
public static class PluginHostingServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IPluginHost"/> with all kinds of plugins. Needs <see cref="IMachine"/>, <see cref="IFileTransfer"/>, <see cref="IPluginData"/>,
    /// <see cref="IPluginProgress"/>, <see cref="IAgentEvents"/>, <see cref="CurrentIdentity"/>, <see cref="IProcessLauncher"/>, <see cref="IAgentRegistration"/> and <see cref="IPluginRequests"/>.
    /// </summary>
    public static IServiceCollection AddAhenkPlugins(this IServiceCollection services, PluginHostOptions options, PythonOptions python, PluginLimits limits)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LogSecrets>();
        services.AddSingleton(options);
        services.AddSingleton(python);
        services.AddSingleton(limits);
        services.AddSingleton<IPluginRunnerFactory, DotnetRunnerFactory>();
        services.AddSingleton<IPluginRunnerFactory, PythonRunnerFactory>();
        services.AddSingleton<IPluginRunnerFactory, ExecutableRunnerFactory>();
        services.TryAddSingleton<IPythonSurroundings, AgentSurroundings>();
        services.AddSingleton<IPluginHost>(provider => new PluginHost(
            options,
            provider.GetRequiredService<IMachine>(),
            provider.GetRequiredService<IFileTransfer>(),
            provider.GetRequiredService<IPluginData>(),
            provider.GetRequiredService<IPluginProgress>(),
            provider.GetRequiredService<CurrentIdentity>(),
            provider.GetRequiredService<LogSecrets>(),
            provider.GetServices<IPluginRunnerFactory>(),
            provider.GetRequiredService<IAgentEvents>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return services;
    }
}
