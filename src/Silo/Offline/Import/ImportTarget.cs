using System.Text.Json;
using System.Text.Json.Serialization;
using Ahenk.Grains;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Hosting;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using Serilog;

namespace Ahenk.Silo.Offline.Import;

/// <summary>This agent's database, and the identity in it, which only a silo can read: one without grains of its own runs meanwhile.</summary>
internal sealed class ImportTarget : IAsyncDisposable
{
    private static readonly DocumentKey MarkerKey = new(DocumentKinds.Import, "python-ahenk");

    private readonly IHost _host;
    private readonly AhenkDatabase _database;
    private readonly IGrainStorage _storage;
    private readonly GrainId _agent;
    private readonly GrainState<AgentIdentity> _identity = new(new AgentIdentity());

    private ImportTarget(IHost host)
    {
        _host = host;
        _database = host.Services.GetRequiredService<AhenkDatabase>();
        _storage = host.Services.GetRequiredKeyedService<IGrainStorage>(AgentGrain.StorageName);
        _agent = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>(0).GetGrainId();
    }

    /// <summary>Documents.</summary>
    public IDocumentStore Documents => _database.Documents;

    /// <summary>Scheduled tasks.</summary>
    public IScheduleStore Schedules => _database.Schedules;

    /// <summary>Who this machine is at Lider.</summary>
    public AgentIdentity Identity => _identity.State ?? new AgentIdentity();

    /// <summary>Opens the database, and makes it where there is none.</summary>
    /// <exception cref="StorageException">It cannot be used.</exception>
    public static async Task<ImportTarget> OpenAsync(string file, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSerilog(logger);
        builder.Services.AddSingleton(time);
        builder.Services.AddAhenkStorage(new StorageOptions { Path = file });
        builder.UseOrleans(SiloSetup.Configure);
        var host = builder.Build();
        try
        {
            // A database that cannot be used says so better by itself than through a silo that does not start.
            _ = host.Services.GetRequiredService<AhenkDatabase>();
            await host.StartAsync(cancellationToken);
            var target = new ImportTarget(host);
            await target._storage.ReadStateAsync(AgentGrain.StateName, target._agent, target._identity);
            return target;
        }
        catch
        {
            await EndAsync(host);
            throw;
        }
    }

    /// <summary>The import that was done earlier; <see langword="null"/>: there was none.</summary>
    public async Task<ImportMarker?> FindMarkerAsync() =>
        await Documents.FindAsync(MarkerKey) is { } text ? JsonSerializer.Deserialize(text, ImportJson.Default.ImportMarker) : null;

    /// <summary>Stores the identity, and that the import is done.</summary>
    public async Task FinishAsync(AgentIdentity identity, ImportMarker marker)
    {
        _identity.State = identity;
        await _storage.WriteStateAsync(AgentGrain.StateName, _agent, _identity);
        await Documents.SaveAsync([new Document(MarkerKey, JsonSerializer.Serialize(marker, ImportJson.Default.ImportMarker))], []);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => EndAsync(_host);

    private static async ValueTask EndAsync(IHost host)
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}

/// <summary>An import that was done, as it is stored.</summary>
/// <param name="At">When.</param>
/// <param name="Name">The machine's name at Lider.</param>
/// <param name="Backup">Where the Python Ahenk's files are kept.</param>
internal sealed record ImportMarker(DateTimeOffset At, string Name, string Backup);

/// <summary>Reads and writes it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImportMarker))]
internal sealed partial class ImportJson : JsonSerializerContext;
