using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Hosting;
using Ahenk.Storage.Sqlite;
using Ahenk.Storage.Sqlite.Rescue;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class DatabaseCareTests : IAsyncLifetime, IHostApplicationLifetime
{
    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CurrentIdentity _identity = new();
    private readonly RecordingAudit _audit = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AgentExit _exit;
    private AhenkDatabase? _database;
    private DatabaseCare? _care;

    public DatabaseCareTests() => _exit = new AgentExit(this, NullLogger<AgentExit>.Instance);

    CancellationToken IHostApplicationLifetime.ApplicationStarted => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => CancellationToken.None;

    private string File => Path.Combine(_folder.Root, "ahenk.db");

    private string Copy => DatabaseFiles.GoodCopyOf(File);

    void IHostApplicationLifetime.StopApplication() => _stopped.TrySetResult();

    public ValueTask InitializeAsync() => StartAsync();

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_database_is_copied_at_the_start_when_the_identity_changes_and_daily()
    {
        foreach (var happen in (Action[])[() => { }, () => _identity.Value = new AgentIdentity { Name = "pc" }, () => _time.Advance(TimeSpan.FromDays(1))])
        {
            happen();
            await PassUntil(() => System.IO.File.Exists(Copy));
            System.IO.File.Delete(Copy);
        }
    }

    [Fact]
    public async Task Damage_ends_the_daemon_with_a_failure_and_the_next_start_repairs_and_notes_it()
    {
        await PassUntil(() => System.IO.File.Exists(Copy));
        DamageFirstTable();
        _time.Advance(TimeSpan.FromDays(1));
        await PassUntil(() => _stopped.Task.IsCompleted);
        Assert.Equal(AgentExit.Failure, _exit.Code);

        await EndAsync();
        await StartAsync();

        Assert.Equal(AuditAction.DatabaseRepaired, Assert.Single(_audit.Entries).What);
    }

    private async ValueTask StartAsync()
    {
        _database = AhenkDatabase.OpenOrRepair(new StorageOptions { Path = File }, _time, NullLogger<AhenkDatabase>.Instance);
        _care = new DatabaseCare(_database, _identity, _audit, _exit, _time, NullLogger<DatabaseCare>.Instance);
        await _care.StartAsync(TestContext.Current.CancellationToken);
    }

    private async Task EndAsync()
    {
        await _care!.StopAsync(CancellationToken.None);
        _care.Dispose();
        await _database!.DisposeAsync();
    }

    /// <summary>Lets seconds go by until it is so.</summary>
    private async Task PassUntil(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>The page behind the first two, in the file itself: it is the root of a table.</summary>
    private void DamageFirstTable()
    {
        using var file = new FileStream(File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(3 * 4096);
        file.Position = 2 * 4096;
        file.Write(Enumerable.Repeat((byte)0xAB, 4096).ToArray());
    }
}
