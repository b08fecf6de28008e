using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Ahenk.Storage.Sqlite;

/// <summary>Registers the database.</summary>
public static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="AhenkDatabase"/> and the ports <see cref="ITaskStore"/>, <see cref="IScheduleStore"/>, <see cref="IOutbox"/>, <see cref="IOutboxView"/>, <see cref="IStreamStore"/>,
    /// <see cref="IPluginData"/>, <see cref="IDocumentStore"/>, <see cref="IOrderStore"/>, <see cref="IDatabaseProbe"/> and <see cref="IReminderTable"/>. The database is opened when the first of them is asked for and closed with the container.
    /// </summary>
    public static IServiceCollection AddAhenkStorage(this IServiceCollection services, StorageOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddDatabase(provider => AhenkDatabase.Open(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AhenkDatabase>>()));
    }

    /// <summary>As the other one, with a database that is open; it is closed with the container once it has been asked for.</summary>
    public static IServiceCollection AddAhenkStorage(this IServiceCollection services, AhenkDatabase database) => services.AddDatabase(_ => database);

    private static IServiceCollection AddDatabase(this IServiceCollection services, Func<IServiceProvider, AhenkDatabase> database)
    {
        services.AddSingleton(database);
        services.AddSingleton<IDatabaseProbe>(provider => provider.GetRequiredService<AhenkDatabase>());
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Tasks);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Schedules);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Outbox);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().OutboxView);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Stream);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().PluginData);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Documents);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Reminders);
        services.AddSingleton(provider => provider.GetRequiredService<AhenkDatabase>().Orders);
        return services;
    }
}
