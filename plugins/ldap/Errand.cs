using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Ldap;

/// <summary>
/// What ends the agent's session and so is done after the answer. It is noted before the answer is given: if the agent dies in between, it is done when the agent starts again, for
/// Lider does not ask a second time.
/// </summary>
internal static class Errand
{
    private const string Key = "errand";

    /// <summary>Notes that the machine leaves Lider.</summary>
    public static ValueTask NoteLeavingAsync(IPluginStore store) => store.SetAsync(Key, new JsonObject { ["leave"] = true }.ToJsonString());

    /// <summary>Notes the agent's other name.</summary>
    public static ValueTask NoteNameAsync(IPluginStore store, string name, DistinguishedName dn) =>
        store.SetAsync(Key, new JsonObject { ["name"] = name, ["dn"] = dn.ToString() }.ToJsonString());

    /// <summary>Does what is noted, if anything is.</summary>
    public static async Task CarryOutAsync(PluginContext context)
    {
        if (await context.Store.GetAsync(Key) is not { } noted)
        {
            return;
        }

        var errand = JsonNode.Parse(noted)!;
        if ((bool?)errand["leave"] == true)
        {
            await context.Agent.LeaveAsync();
        }
        else
        {
            await context.Agent.RenameAsync((string)errand["name"]!, (string)errand["dn"]!);
        }

        await context.Store.SetAsync(Key, null);
    }
}
