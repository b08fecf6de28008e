namespace Ahenk.Grains.Interfaces;

/// <summary>How plugins are waited for and run.</summary>
public sealed class PluginOptions
{
    /// <summary>
    /// How long a task waits for a plugin that is not here before it is answered as failed; today's Lider never answers MISSING_PLUGIN (LP 7).
    /// <c>[PLUGIN] install_timeout</c>, in seconds, default 600.
    /// </summary>
    public TimeSpan InstallTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many parallel commands of one plugin may run at once. <c>[PLUGIN] parallel</c>, default 4.</summary>
    public int MostParallel { get; set; } = 4;
}
