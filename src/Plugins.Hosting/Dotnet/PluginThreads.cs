namespace Ahenk.Plugins.Hosting.Dotnet;

/// <summary>
/// Where the code of plugins begins. It may work or block for long before it first awaits: the pool would run dry of threads, and the agent stand still. So only
/// one call at a time begins in the pool, which costs least; while it has not come to its first await, others begin on threads of their own, which are kept
/// for the next ones for a while.
/// </summary>
/// <param name="keep">How long an idle thread is kept.</param>
internal sealed class PluginThreads(TimeSpan keep)
{
    private readonly Lock _gate = new();
    private readonly List<Worker> _idle = [];

    private int _beginsInPool;

    private TimeSpan Keep => keep;

    /// <summary>How many threads wait for work.</summary>
    public int Idle
    {
        get
        {
            lock (_gate)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>Begins work; what follows its first await runs in the pool.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Interlocked.Exchange(ref _beginsInPool, 1) == 0 ? Task.Run(() => BeginInPool(work)) : RunOnThreadAsync(work);

    private Task<T> BeginInPool<T>(Func<Task<T>> work)
    {
        try
        {
            return work();
        }
        finally
        {
            Volatile.Write(ref _beginsInPool, 0);
        }
    }

    private async Task<T> RunOnThreadAsync<T>(Func<Task<T>> work)
    {
        var begun = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        TakeWorker().Begin(() => Begin(work, begun));
        return await await begun.Task;
    }

    /// <summary>What tells the caller is done once the thread is free again, so that the caller's next call finds it.</summary>
    private static Action Begin<T>(Func<Task<T>> work, TaskCompletionSource<Task<T>> begun)
    {
        try
        {
            var running = work();
            return () => begun.SetResult(running);
        }
        catch (Exception failure)
        {
            // The plugin's own code: it may throw anything, and the caller gets it.
            return () => begun.SetException(failure);
        }
    }

    private Worker TakeWorker()
    {
        lock (_gate)
        {
            if (_idle is [.., var last])
            {
                _idle.RemoveAt(_idle.Count - 1);
                return last;
            }
        }

        return new Worker(this);
    }

    private void Free(Worker worker)
    {
        lock (_gate)
        {
            _idle.Add(worker);
        }
    }

    /// <returns>Whether it was still idle; else it has just been given work.</returns>
    private bool Retire(Worker worker)
    {
        lock (_gate)
        {
            return _idle.Remove(worker);
        }
    }

    private sealed class Worker : IDisposable
    {
        private readonly PluginThreads _owner;
        private readonly SemaphoreSlim _ready = new(0);
        private Func<Action>? _work;

        public Worker(PluginThreads owner)
        {
            _owner = owner;
            new Thread(Loop) { IsBackground = true, Name = "plugin" }.Start();
        }

        public void Begin(Func<Action> work)
        {
            _work = work;
            _ready.Release();
        }

        public void Dispose() => _ready.Dispose();

        private void Loop()
        {
            using (this)
            {
                while (_ready.Wait(_owner.Keep) || !_owner.Retire(this))
                {
                    if (Interlocked.Exchange(ref _work, null) is { } work)
                    {
                        var tell = work();
                        _owner.Free(this);
                        tell();
                    }
                }
            }
        }
    }
}
