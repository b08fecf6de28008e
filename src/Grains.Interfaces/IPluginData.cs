namespace Ahenk.Grains.Interfaces;

/// <summary>The key/value pairs of plugins. What was set survives a power cut.</summary>
public interface IPluginData
{
    /// <summary>A value, or <see langword="null"/>.</summary>
    ValueTask<string?> GetAsync(string plugin, string key);

    /// <summary>Sets a value; <see langword="null"/> removes it.</summary>
    ValueTask SetAsync(string plugin, string key, string? value);

    /// <summary>All pairs of a plugin whose keys begin with a prefix, in the order of their keys.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string plugin, string prefix);
}
