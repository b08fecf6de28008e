using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.GrainState;

/// <summary>
/// A connection that holds the database's write gate from opening to closing. SQLite lets one connection write at a time and makes the others sleep and
/// retry; a waiter of the gate sleeps on no thread and is served in turn.
/// </summary>
internal sealed class GatedSqliteConnection(string connectionString, SemaphoreSlim gate) : SqliteConnection(connectionString)
{
    private int _holdsGate;

    /// <summary>Not supported: it would block a thread.</summary>
    public override void Open() => throw new NotSupportedException("This connection is opened asynchronously only: use OpenAsync.");

    /// <inheritdoc/>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _holdsGate) == 1)
        {
            throw new InvalidOperationException("The connection is open.");
        }

        await gate.WaitAsync(cancellationToken);
        _holdsGate = 1;
        try
        {
            base.Open();
            Connections.Configure(this);
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        try
        {
            base.Close();
        }
        finally
        {
            ReleaseGate();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        try
        {
            base.Dispose(disposing);
        }
        finally
        {
            // Also for a connection that its owner lost: the finalizer gives the gate back.
            ReleaseGate();
        }
    }

    private void ReleaseGate()
    {
        if (Interlocked.Exchange(ref _holdsGate, 0) == 1)
        {
            gate.Release();
        }
    }
}
