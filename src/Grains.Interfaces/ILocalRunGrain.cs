namespace Ahenk.Grains.Interfaces;

/// <summary>
/// A plugin's command that an administrator of this machine has run: Lider knows nothing of it and is told nothing. The key is <see cref="LocalRunId"/>. Nothing of it is stored, it ends
/// with the agent.
/// </summary>
public interface ILocalRunGrain : IGrainWithIntegerKey, IPluginWorkOwner;

/// <summary>The ids of local runs: they are negative, those of Lider's tasks are not.</summary>
public static class LocalRunId
{
    /// <summary>Whether work belongs to a local run.</summary>
    public static bool Is(long id) => id < 0;
}
