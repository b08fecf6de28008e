using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains;

/// <content>How a command is cancelled.</content>
public sealed partial class PluginGrain
{
    private readonly Dictionary<long, CancellationTokenSource> _commands = [];

    /// <inheritdoc/>
    public async Task<WorkCancel> Cancel(long id)
    {
        Item[] kept = [.. _queue.Where(item => item.Work is not { Kind: PluginWorkKind.Command } work || work.Id != id)];
        if (kept.Length < _queue.Count)
        {
            _queue.Clear();
            foreach (var item in kept)
            {
                _queue.Enqueue(item);
            }

            Pump();
            return WorkCancel.Removed;
        }

        if (!_commands.TryGetValue(id, out var stop))
        {
            return WorkCancel.NotHere;
        }

        await stop.CancelAsync();
        return WorkCancel.Ending;
    }

    private async Task RunWork(PluginWork work)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        if (work.Kind == PluginWorkKind.Command)
        {
            _commands[work.Id] = stop;
        }

        try
        {
            await RunWork(work, stop);
        }
        finally
        {
            Forget(work, stop);
        }
    }

    private async Task RunWork(PluginWork work, CancellationTokenSource stop)
    {
        if (!await MayStart(work))
        {
            return;
        }

        var run = IsCancelled(stop) ? new PluginRun(TaskOutcome.Error("")) : await Run(work, stop.Token);
        if (run.WasInterrupted && work is { Idempotent: true, Owner: not null } && _inHand.Stopping.IsCancellationRequested)
        {
            // Stored as it is, it is run again after the next start.
            LogAgain(work.Id, Name, work.Command);
            return;
        }

        if (IsCancelled(stop) && run.Outcome.Code == PluginCode.Error)
        {
            run = new PluginRun(new TaskOutcome(
                PluginCode.Killed, $"{Name} {work.Command} was cancelled by an administrator of the machine. What it had done until then is not undone."));
        }

        await Complete(work, run.Outcome);
        Forget(work, stop);
        if (run.AfterAnswer is { } act)
        {
            await Act(work, act);
        }
    }

    /// <summary>The same task may have been begun once more, at the wish of a plugin.</summary>
    private void Forget(PluginWork work, CancellationTokenSource stop)
    {
        if (_commands.GetValueOrDefault(work.Id) == stop)
        {
            _commands.Remove(work.Id);
        }
    }

    private bool IsCancelled(CancellationTokenSource stop) => stop.IsCancellationRequested && !_stopping.IsCancellationRequested;
}
