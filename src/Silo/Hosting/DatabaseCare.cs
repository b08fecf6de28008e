using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>
/// Keeps a good copy of the database: at the start, once a day, and when the machine's identity has changed, for that is what nobody can make anew. Ends the daemon
/// when the database is found damaged: the next start repairs it.
/// </summary>
internal sealed partial class DatabaseCare : PersistentService
{
    private static readonly TimeSpan Daily = TimeSpan.FromDays(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(15);

    /// <summary>What changes along with the identity is in the same copy.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    private readonly AhenkDatabase _database;
    private readonly CurrentIdentity _identity;
    private readonly IAuditLog _audit;
    private readonly AgentExit _exit;
    private readonly TimeProvider _time;
    private readonly ILogger<DatabaseCare> _logger;
    private readonly SemaphoreSlim _changed = new(0);

    public DatabaseCare(AhenkDatabase database, CurrentIdentity identity, IAuditLog audit, AgentExit exit, TimeProvider time, ILogger<DatabaseCare> logger)
        : base(time, AfterFailure)
    {
        _database = database;
        _identity = identity;
        _audit = audit;
        _exit = exit;
        _time = time;
        _logger = logger;
        identity.Changed += OnIdentityChanged;
        database.Damaged += OnDamaged;
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_database.Repair is { } repair)
        {
            _audit.Write(new AuditEntry(AuditSource.Agent, AuditAction.DatabaseRepaired) { Result = repair.Story });
        }

        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _identity.Changed -= OnIdentityChanged;
        _database.Damaged -= OnDamaged;
        _changed.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Settle, _time, stoppingToken);
            while (_changed.Wait(0, CancellationToken.None))
            {
                // Several changes are one copy.
            }

            await _database.BackUpAsync(stoppingToken);
            LogCopied(_database.Path);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(_changed.WaitAsync(stop.Token), Task.Delay(Daily, _time, stop.Token));
            await stop.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    protected override void LogFailed(Exception failure, double seconds) => LogNotCopied(failure, _database.Path, seconds / 60);

    private void OnIdentityChanged(AgentIdentity identity) => _changed.Release();

    private void OnDamaged(StorageException damage) => _exit.End(AgentExit.Failure, damage.Message);

    [LoggerMessage(3975, LogLevel.Debug, "[STORAGE] {Path} is sound, and copied")]
    private partial void LogCopied(string path);

    [LoggerMessage(3976, LogLevel.Error, "[STORAGE] {Path} could not be copied; the last good copy stands, and the next attempt is in {Minutes} min")]
    private partial void LogNotCopied(Exception failure, string path, double minutes);
}
