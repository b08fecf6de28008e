using System.Data.Common;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.GrainState;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class GatedConnectionTests : IAsyncDisposable
{
    private readonly TestDatabase _database = TestDatabase.Create();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DbDataSource Source => _database.Db.GrainDataSource;

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_connection_is_set_like_the_journals()
    {
        await using var connection = await Source.OpenConnectionAsync(Token);

        Assert.Equal(2L, await Scalar(connection, "PRAGMA synchronous"));
        Assert.Equal(1L, await Scalar(connection, "PRAGMA secure_delete"));
        Assert.Equal(5000L, await Scalar(connection, "PRAGMA busy_timeout"));
        Assert.Equal("wal", await Scalar(connection, "PRAGMA journal_mode"));
    }

    [Fact]
    public async Task One_connection_at_a_time_is_open_and_the_journal_waits_for_it()
    {
        var first = await Source.OpenConnectionAsync(Token);
        var second = Source.OpenConnectionAsync(Token).AsTask();
        var accept = _database.Tasks.AcceptAsync(TestDatabase.Task(1), null).AsTask();
        Assert.False(second.IsCompleted);
        Assert.False(accept.IsCompleted);

        await first.DisposeAsync();
        await using (await second.WaitAsync(TimeSpan.FromSeconds(30), Token))
        {
            Assert.Null(await _database.Tasks.FindAsync(1));
        }

        Assert.Equal(AcceptOutcome.Accepted, await accept.WaitAsync(TimeSpan.FromSeconds(30), Token));
    }

    [Fact]
    public async Task Closing_twice_gives_the_gate_back_once()
    {
        using var gate = new SemaphoreSlim(1);
        await using var source = new GatedSqliteDataSource(_database.Options.Path, gate);
        var connection = await source.OpenConnectionAsync(Token);
        Assert.Equal(0, gate.CurrentCount);

        await connection.CloseAsync();
        await connection.DisposeAsync();
        connection.Dispose();

        Assert.Equal(1, gate.CurrentCount);
    }

    [Fact]
    public async Task An_open_that_fails_gives_the_gate_back()
    {
        using var gate = new SemaphoreSlim(1);
        await using var source = new GatedSqliteDataSource(Path.Combine(Path.GetDirectoryName(_database.Options.Path)!, "no", "file.db"), gate);

        await Assert.ThrowsAsync<SqliteException>(async () => await source.OpenConnectionAsync(Token));

        Assert.Equal(1, gate.CurrentCount);
    }

    [Fact]
    public async Task A_wait_for_the_gate_can_be_cancelled()
    {
        using var gate = new SemaphoreSlim(1);
        await using var source = new GatedSqliteDataSource(_database.Options.Path, gate);
        await using var holder = await source.OpenConnectionAsync(Token);
        using var stop = new CancellationTokenSource();
        var waiting = source.OpenConnectionAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await holder.CloseAsync();
        Assert.Equal(1, gate.CurrentCount);
    }

    [Fact]
    public async Task Opening_what_is_open_fails_instead_of_waiting_for_itself()
    {
        await using var connection = await Source.OpenConnectionAsync(Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.OpenAsync(Token));
    }

    [Fact]
    public void A_thread_is_never_blocked_at_the_gate() => Assert.Throws<NotSupportedException>(() => Source.OpenConnection());

    [Fact]
    public async Task A_closed_connection_can_be_opened_again()
    {
        await using var connection = await Source.OpenConnectionAsync(Token);
        await connection.CloseAsync();
        await connection.OpenAsync(Token);

        Assert.Equal(1L, await Scalar(connection, "SELECT 1"));
    }

    private static async Task<object?> Scalar(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Token);
    }
}
