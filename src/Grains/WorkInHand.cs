using System.Collections.Concurrent;

namespace Ahenk.Grains;

/// <summary>
/// What plugins are working on. The agent ends it before the silo stops: once grains are being deactivated, the call that brings an answer may find nobody.
/// </summary>
public sealed class WorkInHand : IDisposable
{
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Set when the agent ends: nothing new is begun.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Notes work that has begun, until it has ended.</summary>
    public void Add(Task work)
    {
        _tasks[work] = true;
        _ = work.ContinueWith(
            static (ended, tasks) => ((ConcurrentDictionary<Task, bool>)tasks!).TryRemove(ended, out _),
            _tasks,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Cancels what is going on and waits until it is answered.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_tasks.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();
}
