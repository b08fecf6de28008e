using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Ahenk.FileTransfer;

/// <summary>Registers the way to Lider's file server.</summary>
public static class FileTransferServiceCollectionExtensions
{
    /// <summary>Registers the port <see cref="IFileTransfer"/>. Nothing is opened before the first transfer.</summary>
    public static IServiceCollection AddFileTransfer(this IServiceCollection services, FileTransferOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LogSecrets>();
        services.AddSingleton<IFileTransfer>(provider => new FileServerClient(
            options, provider.GetRequiredService<LogSecrets>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FileServerClient>>()));
        return services;
    }
}
