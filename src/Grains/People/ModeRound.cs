using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.People;

/// <summary>
/// Modes that were handed to plugins and have not all ended. Used in one grain's turns. Each round has tags of its own: what belongs to a round before is not
/// counted.
/// </summary>
internal sealed class ModeRound
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <summary>Plans the modes of all plugins that can be used; a plugin's own queue keeps their order.</summary>
    /// <param name="plugins">All plugins.</param>
    /// <param name="modes">The modes, in order.</param>
    /// <param name="user">Whose they are, as plugins know the user.</param>
    /// <param name="owner">Who is told.</param>
    public ModeRound(IEnumerable<PluginReport> plugins, IReadOnlyList<PluginMode> modes, string user, IPluginWorkOwner owner)
    {
        var round = Guid.NewGuid().ToString("N");
        Work =
        [
            .. from plugin in plugins
               where plugin.Status == PluginStatus.Active
               from mode in modes
               where plugin.Modes.Contains(mode)
               select (plugin.Name, new PluginWork
               {
                   Kind = PluginWorkKind.Mode,
                   Command = mode.ToString(),
                   UserName = user,
                   Owner = owner,
                   Tag = $"{round} {plugin.Name} {mode}",
               }),
        ];
        _running.UnionWith(Work.Select(item => item.Work.Tag!));
        if (_running.Count == 0)
        {
            _done.SetResult();
        }
    }

    /// <summary>What is to be handed over, in this order.</summary>
    public IReadOnlyList<(string Plugin, PluginWork Work)> Work { get; }

    /// <summary>Completes when all have ended.</summary>
    public Task Done => _done.Task;

    /// <summary>One has ended.</summary>
    /// <returns>Whether it was one of this round.</returns>
    public bool End(string? tag)
    {
        var known = tag is not null && _running.Remove(tag);
        if (known && _running.Count == 0)
        {
            _done.TrySetResult();
        }

        return known;
    }
}
