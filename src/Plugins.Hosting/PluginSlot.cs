namespace Ahenk.Plugins.Hosting;

/// <summary>What the host knows of one plugin beyond what stands on the disk.</summary>
internal sealed class PluginSlot
{
    private readonly Lock _gate = new();
    private readonly List<LeftBehind> _leftBehind = [];
    private IPluginRunner? _runner;
    private bool _isWanted;
    private bool _isInUse;

    /// <summary>Held while the plugin is loaded or unloaded.</summary>
    public SemaphoreSlim Changing { get; } = new(1, 1);

    /// <summary>Taken out of use by hand.</summary>
    public bool IsTakenOut { get; set; }

    /// <summary>Why it could not be loaded when it was last needed.</summary>
    public string? LoadFailure { get; set; }

    public bool IsLoaded
    {
        get
        {
            lock (_gate)
            {
                return _runner is { IsLoaded: true };
            }
        }
    }

    /// <summary>What of the plugin runs though it should have ended long ago, or <see langword="null"/>.</summary>
    public string? StillRunning
    {
        get
        {
            lock (_gate)
            {
                return _leftBehind.FirstOrDefault()?.What;
            }
        }
    }

    /// <summary>The plugin's runner, made when it is first needed.</summary>
    public IPluginRunner GetRunner(Func<IPluginRunner> make)
    {
        lock (_gate)
        {
            return _runner ??= make();
        }
    }

    /// <summary>The runner has shown that it can be used.</summary>
    /// <returns>Whether that is news: it is the first time for this runner.</returns>
    public bool TakeIntoUse()
    {
        lock (_gate)
        {
            var isNews = _runner is not null && !_isInUse;
            _isInUse |= isNews;
            return isNews;
        }
    }

    /// <summary>Takes the runner away, for disposing.</summary>
    public IPluginRunner? TakeRunner()
    {
        lock (_gate)
        {
            var runner = _runner;
            _runner = null;
            _isInUse = false;
            return runner;
        }
    }

    /// <summary>Notes work that does not end.</summary>
    /// <param name="what">What it is, for a sentence.</param>
    /// <param name="running">The work.</param>
    /// <param name="ended">Called when the last of such work has ended and the plugin was wanted loaded or unloaded meanwhile.</param>
    public void LeaveBehind(string what, Task running, Action ended)
    {
        var left = new LeftBehind(what, running);
        lock (_gate)
        {
            if (_leftBehind.Any(other => other.Running == running))
            {
                return;
            }

            _leftBehind.Add(left);
        }

        // Whatever it still throws has been answered for.
        _ = running.ContinueWith(
            task =>
            {
                _ = task.Exception;
                if (Remove(left))
                {
                    ended();
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.RunContinuationsAsynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Whether the plugin may be unloaded now; when not, it is as soon as what is left of it has ended.</summary>
    public bool MayChange()
    {
        lock (_gate)
        {
            _isWanted = _leftBehind.Count > 0;
            return !_isWanted;
        }
    }

    private bool Remove(LeftBehind left)
    {
        lock (_gate)
        {
            _leftBehind.Remove(left);
            if (_leftBehind.Count > 0 || !_isWanted)
            {
                return false;
            }

            _isWanted = false;
            return true;
        }
    }

    private sealed record LeftBehind(string What, Task Running);
}
