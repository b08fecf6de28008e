using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <inheritdoc cref="IPluginGrain"/>
public sealed partial class PluginGrain : Grain, IPluginGrain, IDisposable
{
    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    /// <summary>Below the time after which Orleans gives a call up.</summary>
    private static readonly TimeSpan ChangePatience = TimeSpan.FromSeconds(20);

    private readonly ITaskStore _store;
    private readonly IPluginHost _host;
    private readonly IOutbox _outbox;
    private readonly TaskAnswers _answers;
    private readonly AnswerFlush _flush;
    private readonly PluginOptions _options;
    private readonly IAuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ILogger<PluginGrain> _logger;
    private readonly MissingPlugin _missing;
    private readonly Queue<Item> _queue = new();
    private readonly HashSet<Task> _running = [];
    private readonly CancellationTokenSource _stopping;
    private readonly WorkInHand _inHand;
    private readonly PluginNews _news;
    private bool _isExclusive;

    /// <summary>Made by Orleans.</summary>
    public PluginGrain(
        ITaskStore store,
        IPluginHost host,
        IPluginInstaller installer,
        IOutbox outbox,
        TaskAnswers answers,
        AnswerFlush flush,
        WorkInHand inHand,
        PluginNews news,
        PluginOptions options,
        IAuditLog audit,
        TimeProvider time,
        ILogger<PluginGrain> logger)
    {
        _store = store;
        _host = host;
        _outbox = outbox;
        _answers = answers;
        _flush = flush;
        _options = options;
        _audit = audit;
        _time = time;
        _logger = logger;
        _inHand = inHand;
        _news = news;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(inHand.Stopping);
        _missing = new MissingPlugin(this, installer, outbox);
    }

    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public Task Enqueue(PluginWork work)
    {
        if (_inHand.IsEnding && IsShutdown(work))
        {
            EnqueueLast(work);
        }
        else
        {
            _queue.Enqueue(new Item(work, PluginChange.Load, null));
        }

        Pump();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<string> Change(PluginChange change)
    {
        var done = EnqueueChange(change);
        try
        {
            return await done.WaitAsync(ChangePatience, _time);
        }
        catch (TimeoutException)
        {
            return $"The plugin {Name} is at work; {(change == PluginChange.Load ? "it is loaded" : "it is taken out of use")} once what is in its queue has run.";
        }
    }

    /// <inheritdoc/>
    public Task Await(IPluginWaiter waiter, string? version) => _missing.Await(waiter, version);

    /// <inheritdoc/>
    public Task Install(PluginPackage package) => _missing.Install(package);

    /// <inheritdoc/>
    public Task NotFound() => _missing.NotFound();

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private Task<string> EnqueueChange(PluginChange change)
    {
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Enqueue(new Item(null, change, done));
        Pump();
        return done.Task;
    }

    /// <summary>The agent ends: what still waits is not begun any more, and this is waited for from now on, though it begins only when what runs has ended.</summary>
    private void EnqueueLast(PluginWork work)
    {
        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Clear();
        _queue.Enqueue(new Item(work, PluginChange.Load, done));
        _inHand.Add(done.Task.WaitAsync(_stopping.Token), Describe(work));
    }

    /// <summary>Begins what may begin. Everything goes on in this grain's turns, so the queue needs no lock, while calls are answered at once.</summary>
    private void Pump()
    {
        while (!_stopping.IsCancellationRequested && _queue.TryPeek(out var next) && MayBegin(next))
        {
            _queue.Dequeue();
            _isExclusive = !IsParallel(next);
            _ = Begin(next);
        }

        // Work in hand must not be lost to an idle deactivation, however long it takes.
        DelayDeactivation(_running.Count > 0 || _missing.IsWaiting ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
    }

    private static bool IsParallel(Item item) => item.Work is { Parallel: true };

    private static bool IsShutdown(PluginWork work) => work is { Kind: PluginWorkKind.Mode, Command: nameof(PluginMode.Shutdown) };

    private string Describe(PluginWork work) => work.Kind switch
    {
        PluginWorkKind.Command => $"{Name} {work.Command} (task {work.Id})",
        PluginWorkKind.Profile => $"{Name} (profile)",
        _ => $"{Name} (mode {work.Command.ToLowerInvariant()})",
    };

    private bool MayBegin(Item item) =>
        _inHand.IsEnding ? _running.Count == 0 && item.Work is { } last && IsShutdown(last) :
        _running.Count == 0 || (!_isExclusive && IsParallel(item) && _running.Count < _options.MostParallel);

    private async Task Begin(Item item)
    {
        var run = item.Work is { } order ? RunWork(order) : RunChange(item);
        _running.Add(run);
        _inHand.Add(run, item.Work is { } work ? Describe(work) : $"{Name} (change)");
        try
        {
            await run;
            item.Done?.TrySetResult("");
        }
        catch (Exception failure)
        {
            // Nothing of a plugin gets here, and whatever does must not stop the queue.
            LogItemFailed(failure, Name);
            item.Done?.TrySetException(failure);
        }

        _running.Remove(run);
        Pump();
    }

    private async Task<PluginRun> Run(PluginWork work, CancellationToken stop)
    {
        try
        {
            return await _host.RunAsync(Name, work, stop);
        }
        catch (Exception failure)
        {
            // The host answers with values; should it fail all the same, the queue must not stand still for it.
            LogHostFailed(failure, work.Id, Name, work.Command);
            return new PluginRun(TaskOutcome.Error($"{Name} {work.Command} could not be run: {failure.Message}"));
        }
    }

    private async Task<bool> MayStart(PluginWork work)
    {
        if (work.Kind != PluginWorkKind.Command || work.Owner is null || (work.Idempotent && work.Run is null))
        {
            return true;
        }

        while (true)
        {
            try
            {
                return await (work.Run is { } run ? GrainFactory.GetGrain<ITaskGrain>(work.Id).StartRun(run) : _store.StartAsync(work.Id).AsTask());
            }
            catch (Exception failure) when (failure is StorageException or TimeoutException)
            {
                LogStartNotStored(failure, work.Id, StorageRetry.TotalSeconds);
                try
                {
                    await Task.Delay(StorageRetry, _time, _stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    // The task stays stored as waiting and runs after the next start.
                    return false;
                }
            }
        }
    }

    private async Task Complete(PluginWork work, TaskOutcome outcome)
    {
        try
        {
            if (work.Owner is { } owner)
            {
                await owner.Complete(work, outcome);
            }
            else if (work.Kind == PluginWorkKind.Command)
            {
                // A plugin of the original agent had it run again: nothing but the answer is kept of it.
                await _outbox.AddAsync(_answers.Compose(work.Id, outcome, null).Draft);
            }
        }
        catch (Exception failure)
        {
            // Whatever the call failed with, the queue goes on. The task is stored as running, so the next start answers it as interrupted.
            LogAnswerLost(failure, work.Id, Name, work.Command);
        }
    }

    private async Task Act(PluginWork work, Func<CancellationToken, Task> act)
    {
        try
        {
            if (!await _flush.WaitAsync(work.Kind == PluginWorkKind.Command ? work.Id : null, _stopping.Token))
            {
                LogNotFlushed(work.Id, Name, AnswerFlush.Patience.TotalSeconds);
            }

            await Task.Run(() => act(_stopping.Token), _stopping.Token);
        }
        catch (Exception failure)
        {
            // The plugin's own code: it may throw anything, and its task is answered already.
            LogActFailed(failure, Name, work.Command, work.Id);
        }
    }

    private async Task RunChange(Item item)
    {
        await RunMode(PluginMode.Shutdown);
        if (item.Change == PluginChange.Remove)
        {
            await _host.UnloadAsync(Name);
            LogRemoved(Name);
            Audit(AuditAction.PluginRemoved, "done");
            item.Done!.TrySetResult($"The plugin {Name} is not used until it is loaded again.");
            return;
        }

        var report = await _host.LoadAsync(Name);
        LogChanged(Name, report.Status, report.Reason);
        Audit(AuditAction.PluginLoaded, report.Status.ToString().ToLowerInvariant());
        if (report.Status == PluginStatus.Active)
        {
            await RunMode(PluginMode.Init);
        }

        await _missing.PluginChanged();
        if (report.Status == PluginStatus.Active)
        {
            _news.Tell(Name);
        }

        item.Done!.TrySetResult(report.Status == PluginStatus.Active
            ? $"The plugin {Name} {report.Version} is active."
            : $"The plugin {Name} is not active ({report.Status}): {report.Reason}");
    }

    private void Audit(string action, string result) => _audit.Write(new AuditEntry(AuditSource.Agent, action) { Plugin = Name, Result = result });

    /// <summary>Init when it has come; shutdown only when something of it is there to be shut down.</summary>
    private async Task RunMode(PluginMode mode)
    {
        var known = _host.List().FirstOrDefault(plugin => plugin.Name == Name && plugin.Status == PluginStatus.Active);
        if (known is not null && known.Modes.Contains(mode) && (mode != PluginMode.Shutdown || known.IsLoaded))
        {
            await Run(new PluginWork { Kind = PluginWorkKind.Mode, Command = mode.ToString() }, _stopping.Token);
        }
    }

    [LoggerMessage(1201, LogLevel.Error, "[PLUGIN] The start of task {TaskId} could not be stored, so it is not run yet; next attempt in {Seconds} s")]
    private partial void LogStartNotStored(Exception failure, long taskId, double seconds);

    [LoggerMessage(1202, LogLevel.Error, "[PLUGIN] The answer of task {TaskId} ({Plugin} {Command}) could not be handed over; it is answered as interrupted after the next start")]
    private partial void LogAnswerLost(Exception failure, long taskId, string plugin, string command);

    [LoggerMessage(1203, LogLevel.Error, "[PLUGIN] The plugin host failed with task {TaskId} ({Plugin} {Command})")]
    private partial void LogHostFailed(Exception failure, long taskId, string plugin, string command);

    [LoggerMessage(1204, LogLevel.Error, "[PLUGIN] An item in the queue of {Plugin} failed")]
    private partial void LogItemFailed(Exception failure, string plugin);

    [LoggerMessage(1205, LogLevel.Warning, "[PLUGIN] Lider has not confirmed the answer of task {TaskId} ({Plugin}) within {Seconds} s; what it announces is done all the same")]
    private partial void LogNotFlushed(long taskId, string plugin, double seconds);

    [LoggerMessage(1206, LogLevel.Error, "[PLUGIN] What {Plugin} {Command} (task {TaskId}) wanted to do after its answer failed")]
    private partial void LogActFailed(Exception failure, string plugin, string command, long taskId);

    [LoggerMessage(1207, LogLevel.Information, "[PLUGIN] {Plugin} is {Status} {Reason}")]
    private partial void LogChanged(string plugin, PluginStatus status, string? reason);

    [LoggerMessage(1208, LogLevel.Information, "[PLUGIN] {Plugin} is taken out of use")]
    private partial void LogRemoved(string plugin);

    [LoggerMessage(3929, LogLevel.Information, "[PLUGIN] Task {TaskId} ({Plugin} {Command}) was ended because the agent stops; it is run again after the next start")]
    private partial void LogAgain(long taskId, string plugin, string command);

    /// <summary>One item: work, or a change and who waits for it.</summary>
    private sealed record Item(PluginWork? Work, PluginChange Change, TaskCompletionSource<string>? Done);
}
