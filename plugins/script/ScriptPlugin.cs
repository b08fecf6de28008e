using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Script;

/// <summary>Runs scripts (PL 17).</summary>
public sealed class ScriptPlugin : IPlugin
{
    /// <summary>How long a script may run.</summary>
    internal static readonly TimeSpan ScriptLimit = TimeSpan.FromHours(1);

    /// <summary>
    /// Beyond the script's own limit, for ending it: so that the answer is the plugin's, with what the script has written until then.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; } =
        [new PluginCommand("EXECUTE_SCRIPT", ExecuteScript.RunAsync) { TimeLimit = ScriptLimit + Margin }];

    /// <summary>
    /// Runs the profile's script, at each login anew. What a script does is not known: only its author can see to it that a second run changes
    /// nothing, and nothing is undone.
    /// </summary>
    public PluginPolicy? Policy { get; } = new(ExecuteScript.RunAsync) { TimeLimit = ScriptLimit + Margin };
}
