using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.GrainState;

/// <summary>
/// Gives Orleans' ADO.NET storage its connections (<c>AdoNetGrainStorageOptions.DataSource</c>). The gate it shares with the journal lets one
/// connection at a time into the database.
/// </summary>
internal sealed class GatedSqliteDataSource(string path, SemaphoreSlim gate) : DbDataSource
{
    /// <inheritdoc/>
    public override string ConnectionString { get; } = Connections.StringFor(path, pooled: true);

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => new GatedSqliteConnection(ConnectionString, gate);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(disposing: true);
        return base.DisposeAsyncCore();
    }
}
