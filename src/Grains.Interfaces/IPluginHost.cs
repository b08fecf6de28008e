namespace Ahenk.Grains.Interfaces;

/// <summary>Finds and runs plugins.</summary>
public interface IPluginHost
{
    /// <summary>Looks a plugin and one of its commands up; neither name's case matters.</summary>
    PluginLookup Find(string plugin, string command);

    /// <summary>
    /// Runs a command off the caller's scheduler. Whatever the plugin does, the outcome is a value; its time limit is enforced here.
    /// </summary>
    /// <param name="plugin">The plugin's name.</param>
    /// <param name="work">What to run.</param>
    /// <param name="cancellationToken">The agent ends: the command is cancelled and its outcome says so.</param>
    Task<TaskOutcome> RunAsync(string plugin, PluginWork work, CancellationToken cancellationToken);
}

/// <summary>What became of a look-up.</summary>
/// <param name="Problem">Why the command cannot be run, as a sentence for the administrator; <see langword="null"/> when it can.</param>
/// <param name="Idempotent">Whether it may be run again after an interruption.</param>
public readonly record struct PluginLookup(string? Problem, bool Idempotent);
