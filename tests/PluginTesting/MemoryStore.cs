using System.Collections.Concurrent;
using Ahenk.Plugins.Sdk;

namespace Ahenk.PluginTesting;

/// <summary>What a plugin remembers, in memory.</summary>
public sealed class MemoryStore : IPluginStore
{
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);

    public ValueTask<string?> GetAsync(string key) => new(_values.GetValueOrDefault(key));

    public ValueTask SetAsync(string key, string? value)
    {
        if (value is null)
        {
            _values.TryRemove(key, out _);
        }
        else
        {
            _values[key] = value;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "") => new(
        [.. _values.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal)]);
}
