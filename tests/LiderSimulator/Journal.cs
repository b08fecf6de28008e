namespace Ahenk.LiderSimulator;

/// <summary>What has arrived of one kind, in the order of arrival, each stanza once. Safe for use from several threads.</summary>
/// <typeparam name="T">What is kept of a message.</typeparam>
/// <param name="what">What the entries are, in the plural, for messages.</param>
/// <param name="timeProvider">Measures the time limits.</param>
public sealed class Journal<T>(string what, TimeProvider timeProvider)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly List<T> _entries = [];
    private readonly HashSet<(string Agent, string StanzaId)> _stanzas = [];
    private readonly Signal _changed = new(timeProvider);
    private int _retransmissions;

    /// <summary>All of them.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Stanzas that came a second time with the same id.</summary>
    public int Retransmissions
    {
        get
        {
            lock (_gate)
            {
                return _retransmissions;
            }
        }
    }

    /// <summary>Those that are wanted.</summary>
    public IReadOnlyList<T> Where(Func<T, bool> isWanted)
    {
        lock (_gate)
        {
            return [.. _entries.Where(isWanted)];
        }
    }

    /// <summary>Waits until so many of those that are wanted are there.</summary>
    /// <returns>All of the wanted.</returns>
    /// <exception cref="TimeoutException">Not so many in time; the message says what there is.</exception>
    public Task<IReadOnlyList<T>> WaitAsync(Func<T, bool> isWanted, int count, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _changed.WaitAsync(
            () => Where(isWanted) is var found && found.Count >= count ? found : null,
            timeout,
            () => $"not {count} of the wanted {what}, only {Where(isWanted).Count}; the last of all {All.Count}: {string.Join("; ", All.TakeLast(5))}",
            cancellationToken);

    /// <summary>Waits until all that is there is as wanted.</summary>
    /// <exception cref="TimeoutException">It was not in time.</exception>
    public Task<IReadOnlyList<T>> WaitForAllAsync(
        Func<IReadOnlyList<T>, bool> isWanted, string wanted, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _changed.WaitAsync(
            () => All is var found && isWanted(found) ? found : null,
            timeout,
            () => $"{what} are not {wanted}; the last of all {All.Count}: {string.Join("; ", All.TakeLast(5))}",
            cancellationToken);

    /// <summary>Adds an entry unless its stanza is there already.</summary>
    internal bool Add(T entry, string agent, string? stanzaId)
    {
        lock (_gate)
        {
            if (stanzaId is not null && !_stanzas.Add((agent, stanzaId)))
            {
                _retransmissions++;
                return false;
            }

            _entries.Add(entry);
        }

        _changed.Raise();
        return true;
    }
}
