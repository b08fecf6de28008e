using System.Collections.Concurrent;

namespace Ahenk.Grains;

/// <summary>
/// What plugins are working on. The agent ends it before the silo stops: once grains are being deactivated, the call that brings an answer may find nobody.
/// </summary>
public sealed class WorkInHand : IDisposable
{
    private readonly ConcurrentDictionary<Task, string> _tasks = new();
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _isEnding;

    /// <summary>Set when the agent ends: what is going on is cancelled.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Whether the agent is about to end: what is going on goes on, and nothing is begun but <c>shutdown</c> modes.</summary>
    public bool IsEnding => _isEnding;

    /// <summary>What is going on, as words for the log.</summary>
    public IReadOnlyList<string> Names => [.. _tasks.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Notes work that has begun, until it has ended.</summary>
    /// <param name="work">The work.</param>
    /// <param name="name">What it is, in words.</param>
    public void Add(Task work, string name)
    {
        _tasks[work] = name;
        _ = work.ContinueWith(
            static (ended, tasks) => ((ConcurrentDictionary<Task, string>)tasks!).TryRemove(ended, out _),
            _tasks,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>From now on nothing is begun but <c>shutdown</c> modes.</summary>
    public void BeginEnding() => _isEnding = true;

    /// <summary>Waits until nothing is going on.</summary>
    public async Task WhenIdle()
    {
        while (_tasks.Keys is { Count: > 0 } going)
        {
            await Task.WhenAll(going).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Cancels what is going on and waits until it is answered.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isEnding = true;
        await _stopping.CancelAsync();
        await Task.WhenAll(_tasks.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();
}
