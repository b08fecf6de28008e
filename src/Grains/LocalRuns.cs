using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains;

/// <summary>Runs commands of plugins for an administrator of this machine, in the plugin's queue like tasks. The newest runs are remembered until the agent ends.</summary>
public sealed partial class LocalRuns(IGrainFactory grains, IPluginHost host, IAuditLog audit, ILogger<LocalRuns> logger)
{
    /// <summary>How many runs are remembered, those that have not ended among them.</summary>
    public const int MostRuns = 32;

    /// <summary>With what the name of a run begins.</summary>
    public const string Prefix = "local-";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Run> _runs = new(Comparer<long>.Create(static (one, other) => other.CompareTo(one)));
    private long _lastId;

    /// <summary>Puts a command into its plugin's queue.</summary>
    /// <param name="who">Who asked for it, for the audit log.</param>
    /// <param name="plugin">The plugin.</param>
    /// <param name="command">The command's id.</param>
    /// <param name="parameters">Its parameters as JSON text of an object.</param>
    /// <returns>The run's id, or why it cannot be run.</returns>
    public async Task<LocalStart> StartAsync(string who, string plugin, string command, string parameters)
    {
        var name = plugin.ToLowerInvariant();
        var lookup = await host.FindAsync(name, null, command);
        if (lookup.Problem is { } problem)
        {
            return new LocalStart(0, problem);
        }

        if (Add(new Run(who, name, command)) is not { } id)
        {
            return new LocalStart(0, $"{MostRuns} local runs are going on or waiting for their turn; cancel one, or wait until one has ended.");
        }

        LogStarted(-id, name, command);
        await grains.GetGrain<IPluginGrain>(name).Enqueue(new PluginWork
        {
            Kind = PluginWorkKind.Command,
            Id = id,
            Command = command,
            Parameters = parameters,

            // No note of its start is needed: nobody answers for it after an interruption.
            Idempotent = true,
            Parallel = lookup.Parallel,
            Owner = grains.GetGrain<ILocalRunGrain>(id),
        });
        return new LocalStart(id, null);
    }

    /// <summary>Waits until a run has ended.</summary>
    /// <returns>How; <see langword="null"/>: there is no such run, or it is forgotten.</returns>
    public async Task<TaskOutcome?> WaitAsync(long id, CancellationToken cancellationToken) =>
        Find(id) is { } run ? await run.Ended.Task.WaitAsync(cancellationToken) : null;

    /// <summary>Takes a run out of the queue, or ends it.</summary>
    public async Task<CancelOutcome> CancelAsync(long id)
    {
        if (Find(id) is not { } run)
        {
            return CancelOutcome.Unknown;
        }

        if (run.Ended.Task.IsCompleted)
        {
            return CancelOutcome.Finished;
        }

        switch (await grains.GetGrain<IPluginGrain>(run.Plugin).Cancel(id))
        {
            case WorkCancel.Removed:
                End(id, new TaskOutcome(PluginCode.Killed, "It was cancelled before its turn came; nothing was done."));
                return CancelOutcome.Cancelled;
            case WorkCancel.Ending:
                return CancelOutcome.Ending;
            default:
                return CancelOutcome.Finished;
        }
    }

    internal void End(long id, TaskOutcome outcome)
    {
        LogEnded(-id, outcome.Code);
        if (Find(id) is { } run && run.Ended.TrySetResult(outcome))
        {
            audit.Write(new AuditEntry(run.Who, AuditAction.LocalRunFinished)
            {
                Plugin = run.Plugin,
                Command = run.Command,
                Code = TaskAnswers.CodeOf(outcome.Code),
                Result = NameOf(id),
            });
        }
    }

    /// <summary>How a run is called where people see it.</summary>
    public static string NameOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{-id}");

    private Run? Find(long id)
    {
        lock (_gate)
        {
            return _runs.GetValueOrDefault(id);
        }
    }

    /// <summary>The newest ones are kept; what has not ended is never forgotten.</summary>
    private long? Add(Run run)
    {
        lock (_gate)
        {
            if (_runs.Count == MostRuns)
            {
                if (_runs.FirstOrDefault(known => known.Value.Ended.Task.IsCompleted) is not { Value: not null } oldest)
                {
                    return null;
                }

                _runs.Remove(oldest.Key);
            }

            _runs[--_lastId] = run;
            return _lastId;
        }
    }

    [LoggerMessage(3960, LogLevel.Information, "[EXECUTION] Local run {Number} accepted: {Plugin} {Command}")]
    private partial void LogStarted(long number, string plugin, string command);

    [LoggerMessage(3961, LogLevel.Information, "[EXECUTION] Local run {Number} finished: {Code}")]
    private partial void LogEnded(long number, PluginCode code);

    private sealed record Run(string Who, string Plugin, string Command)
    {
        public TaskCompletionSource<TaskOutcome> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What became of the wish to run something.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="Problem">Why it is not run, as a sentence for the administrator.</param>
public readonly record struct LocalStart(long Id, string? Problem);
