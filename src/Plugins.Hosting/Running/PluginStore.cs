using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>What one plugin remembers; it sees nothing of the others'.</summary>
internal sealed class PluginStore(string plugin, IPluginData data) : IPluginStore
{
    /// <inheritdoc/>
    public ValueTask<string?> GetAsync(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return data.GetAsync(plugin, key);
    }

    /// <inheritdoc/>
    public ValueTask SetAsync(string key, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return data.SetAsync(plugin, key, value);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return data.ListAsync(plugin, prefix);
    }
}
