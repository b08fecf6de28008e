using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Catalog;

/// <summary>
/// Tells which plugins' folders appeared, changed or went. A folder is told once it has been still for a while, so that one that is just being copied
/// is not used, and only when it is not as
/// it was when it was last told.
/// </summary>
internal sealed partial class PluginWatcher(PluginCatalog catalog, PluginHostOptions options, TimeProvider time, ILogger<PluginWatcher> logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Unsettled> _unsettled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _isScanDue;

    /// <summary>The names: first of all that are there, then of each that changes. There is one reader.</summary>
    public async IAsyncEnumerable<string> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watches = new DirectoryWatches(MarkChanged, MarkLost, logger);
        watches.Renew(catalog.RealDirectories());
        foreach (var name in catalog.ReadNames())
        {
            _told[name] = catalog.Fingerprint(name);
            yield return name;
        }

        var scanned = time.GetTimestamp();
        while (true)
        {
            foreach (var name in Settle())
            {
                yield return name;
            }

            if (IsScanDue(scanned))
            {
                watches.Renew(catalog.RealDirectories());
                Scan();
                scanned = time.GetTimestamp();
            }

            await WaitAsync(scanned, cancellationToken);
        }
    }

    /// <summary>The plugin is told again although its folder has not changed.</summary>
    public void TellAgain(string name)
    {
        lock (_gate)
        {
            _told.Remove(name);
            _unsettled[name] = new Unsettled(time.GetTimestamp(), null);
        }

        _signal.Writer.TryWrite(true);
    }

    private void MarkChanged(string name)
    {
        lock (_gate)
        {
            _unsettled[name] = new Unsettled(time.GetTimestamp(), null);
        }

        _signal.Writer.TryWrite(true);
    }

    private void MarkLost()
    {
        lock (_gate)
        {
            _isScanDue = true;
        }

        _signal.Writer.TryWrite(true);
    }

    private bool IsScanDue(long scanned)
    {
        lock (_gate)
        {
            var due = _isScanDue || time.GetElapsedTime(scanned) >= options.RescanEvery;
            _isScanDue = false;
            return due;
        }
    }

    /// <summary>Looks at every folder; what is not as it was told must now prove to be still.</summary>
    private void Scan()
    {
        string[] known;
        lock (_gate)
        {
            known = [.. _told.Keys];
        }

        foreach (var name in catalog.ReadNames().Union(known))
        {
            var seen = catalog.Fingerprint(name);
            lock (_gate)
            {
                if (seen != _told.GetValueOrDefault(name, ""))
                {
                    _unsettled.TryAdd(name, new Unsettled(time.GetTimestamp(), seen));
                }
            }
        }
    }

    /// <summary>The folders that have been still long enough and are not as they were told.</summary>
    private List<string> Settle()
    {
        KeyValuePair<string, Unsettled>[] due;
        lock (_gate)
        {
            due = [.. _unsettled.Where(pair => time.GetElapsedTime(pair.Value.Since) >= options.SettleTime)];
        }

        var names = new List<string>();
        foreach (var (name, state) in due)
        {
            var now = catalog.Fingerprint(name);
            lock (_gate)
            {
                if (!ReferenceEquals(_unsettled[name], state))
                {
                    // It changed while it was looked at.
                    continue;
                }

                if (state.Seen is { } seen && seen != now)
                {
                    _unsettled[name] = new Unsettled(time.GetTimestamp(), now);
                    continue;
                }

                _unsettled.Remove(name);
                if (now == _told.GetValueOrDefault(name, ""))
                {
                    continue;
                }

                _told[name] = now;
                if (now.Length == 0)
                {
                    _told.Remove(name);
                }

                names.Add(name);
            }
        }

        return names;
    }

    private async Task WaitAsync(long scanned, CancellationToken cancellationToken)
    {
        var wait = options.RescanEvery - time.GetElapsedTime(scanned);
        lock (_gate)
        {
            foreach (var state in _unsettled.Values)
            {
                var rest = options.SettleTime - time.GetElapsedTime(state.Since);
                wait = rest < wait ? rest : wait;
            }
        }

        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        using var due = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            await _signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Something is due.
        }
    }

    /// <summary>A folder that may have changed.</summary>
    /// <param name="Since">When it was last seen changing.</param>
    /// <param name="Seen">How it was then, when nobody but ourselves would notice a further change.</param>
    private sealed record Unsettled(long Since, string? Seen);
}
