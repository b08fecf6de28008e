using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Control;

/// <summary>Plugins over the control socket.</summary>
internal sealed class PluginControl(IGrainFactory grains, IPluginHost host) : IControlMethods
{
    private const string All = "all";

    public IEnumerable<ControlMethod> Methods =>
    [
        new("plugins", (_, _, _) => Task.FromResult<JsonNode?>(List())),
        Changing("load", PluginChange.Load),
        Changing("reload", PluginChange.Load),
        Changing("remove", PluginChange.Remove),
    ];

    /// <summary>All plugin folders and how they are.</summary>
    public JsonArray List() => new([.. host.List().Select(plugin => (JsonNode)new JsonObject
    {
        ["name"] = plugin.Name,
        ["version"] = plugin.Version,
        ["kind"] = plugin.Kind,
        ["status"] = plugin.Status.ToString().ToLowerInvariant(),
        ["reason"] = plugin.Reason,
        ["folder"] = plugin.Folder,
        ["loaded"] = plugin.IsLoaded,
        ["modes"] = new JsonArray([.. plugin.Modes.Select(mode => JsonValue.Create(mode.ToString().ToLowerInvariant()))]),
    })]);

    /// <summary>Loads or removes plugins, beside each other.</summary>
    /// <param name="change">What is done.</param>
    /// <param name="names">Their names, with commas between them, or <c>all</c>.</param>
    /// <returns>What became of each.</returns>
    public async Task<JsonArray> ChangeAsync(PluginChange change, string names)
    {
        var known = host.List().Select(plugin => plugin.Name).ToHashSet(StringComparer.Ordinal);
        var chosen = names.Trim() == All
            ? known
            : names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(name => name.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var outcomes = await Task.WhenAll(chosen.Order(StringComparer.Ordinal).Select(name => ChangeOne(change, name, known.Contains(name))));
        return new JsonArray([.. outcomes]);
    }

    private ControlMethod Changing(string name, PluginChange change) =>
        ControlMethod.Change(name, async (request, _, _) => await ChangeAsync(change, request.Text("plugins"))) with
        {
            About = static (request, entry) => entry with { Plugin = request.Said("plugins") },
            Outcome = ControlMethod.Message,
        };

    private async Task<JsonNode> ChangeOne(PluginChange change, string name, bool isKnown) => new JsonObject
    {
        ["name"] = name,
        ["message"] = isKnown ? await grains.GetGrain<IPluginGrain>(name).Change(change) : $"There is no plugin {name} in the plugin directories.",
    };
}
