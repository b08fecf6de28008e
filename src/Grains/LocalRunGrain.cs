using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains;

/// <inheritdoc cref="ILocalRunGrain"/>
public sealed class LocalRunGrain(LocalRuns runs) : Grain, ILocalRunGrain
{
    /// <inheritdoc/>
    public Task Complete(PluginWork work, TaskOutcome outcome)
    {
        runs.End(work.Id, outcome);
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
