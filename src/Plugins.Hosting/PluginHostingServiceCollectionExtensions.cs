using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Dotnet;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting;

/// <summary>Registers the plugin host.</summary>
public static class PluginHostingServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IPluginHost"/> with all kinds of plugins. Needs <see cref="IMachine"/>, <see cref="IFileTransfer"/>, <see
    /// cref="IPluginData"/> and
    /// <see cref="IPluginProgress"/>.
    /// </summary>
    public static IServiceCollection AddAhenkPlugins(this IServiceCollection services, PluginHostOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IPluginRunnerFactory, DotnetRunnerFactory>();
        services.AddSingleton<IPluginHost>(provider => new PluginHost(
            options,
            provider.GetRequiredService<IMachine>(),
            provider.GetRequiredService<IFileTransfer>(),
            provider.GetRequiredService<IPluginData>(),
            provider.GetRequiredService<IPluginProgress>(),
            provider.GetServices<IPluginRunnerFactory>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return services;
    }
}
