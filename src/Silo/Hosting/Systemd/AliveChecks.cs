using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Hosting.Systemd;

/// <summary>Looks at the agent's parts, to tell one that works from one that only runs.</summary>
/// <param name="grains">Whether a grain answers.</param>
/// <param name="database">Whether the database takes writes.</param>
/// <param name="connection">Whether the connection's state comes on.</param>
/// <param name="time">The clock.</param>
internal sealed class AliveChecks(IGrainFactory grains, IDatabaseProbe database, IConnectionWatch connection, TimeProvider time)
{
    private Task? _grain;
    private Task? _write;

    /// <summary>Looks at all of them beside each other.</summary>
    /// <param name="patience">How long they may take.</param>
    /// <param name="cancellation">Ends the looking; what is asked for goes on.</param>
    /// <returns>What is wrong, as sentences; empty: nothing.</returns>
    /// <exception cref="OperationCanceledException">The looking was ended.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(TimeSpan patience, CancellationToken cancellation)
    {
        // What hangs is asked again and not once more: it must not pile up.
        _grain = Continue(_grain, () => grains.GetGrain<IAgentGrain>(0).GetIdentity());
        _write = Continue(_write, database.WriteAsync);
        string?[] findings =
        [
            .. await Task.WhenAll(
                Look(_grain, "The silo", "A grain did not answer", patience, cancellation),
                Look(_write, "The database", "A write did not end", patience, cancellation)),
            connection.FindStuck(),
        ];
        return [.. findings.OfType<string>()];
    }

    private static Task Continue(Task? hanging, Func<Task> ask) => hanging is { IsCompleted: false } ? hanging : Task.Run(ask);

    private async Task<string?> Look(Task asked, string part, string hangs, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await asked.WaitAsync(patience, time, cancellation);
            return null;
        }
        catch (TimeoutException) when (!asked.IsCompleted)
        {
            return $"{hangs} within {patience.TotalSeconds:0.#} s.";
        }
        catch (StorageException)
        {
            // A full disk or a damaged file is said elsewhere, and a restart mends neither: what answers is alive.
            return null;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // Whatever it is, it is what is wrong.
            return $"{part} failed: {failure.Message}";
        }
    }
}
