using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Ldap;

/// <summary>
/// Follows Lider when it renames, moves or removes this machine (PL 6). Lider has done its part by then and does not look at the answer, so what can be done is done, whatever else
/// fails.
/// </summary>
public sealed class LdapPlugin : IPlugin
{
    private readonly MachineName _name;
    private readonly DirectoryLogin _login;

    /// <summary>For this machine.</summary>
    public LdapPlugin()
        : this("/")
    {
    }

    /// <summary>With another directory in place of <c>/</c>.</summary>
    internal LdapPlugin(string root) => (_name, _login) = (new MachineName(root), new DirectoryLogin(root));

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands =>
    [
        new("MOVE_AGENT", Move) { Idempotent = true },
        new("RENAME_ENTRY", Rename) { Idempotent = true },
        new("DELETE_AGENT", Delete) { Idempotent = true },
    ];

    /// <inheritdoc/>
    public IReadOnlyDictionary<PluginMode, ModeHandler> Modes { get; } =
        new Dictionary<PluginMode, ModeHandler> { [PluginMode.Init] = (context, _) => Errand.CarryOutAsync(context) };

    private async Task<PluginResult> Move(PluginContext context, CancellationToken cancellationToken)
    {
        var parent = DistinguishedName.Parse("new_parent_dn", context.Parameters.RequireString("new_parent_dn"));
        var dn = DistinguishedName.Parse("dn", context.Parameters.RequireString("dn")).Below(parent);
        await context.Agent.MoveAsync(dn.ToString());
        return Answer($"The agent's entry is {dn} now.", dn, await TryAsync(() => BindAs(context, dn, cancellationToken)));
    }

    private async Task<PluginResult> Rename(PluginContext context, CancellationToken cancellationToken)
    {
        var changed = MachineName.Parse("new_cn", context.Parameters.RequireString("new_cn"));
        var old = MachineName.Parse("old_cn", context.Parameters.RequireString("old_cn"));
        var dn = DistinguishedName.Parse("dn", context.Parameters.RequireString("dn")).Named(changed);

        // The server has JIDs and paths in lower case (LP 1.4).
        await Errand.NoteNameAsync(context.Store, changed.ToLowerInvariant(), dn);
        var failures = await TryAsync(
            () =>
            {
                _name.Change(old, changed);
                return Task.CompletedTask;
            },
            () => BindAs(context, dn, cancellationToken));
        return Answer($"The agent's name is {changed} from now on, the machine's from its next start on.", dn, failures) with
        {
            AfterAnswer = _ => Errand.CarryOutAsync(context),
        };
    }

    private static async Task<PluginResult> Delete(PluginContext context, CancellationToken cancellationToken)
    {
        await Errand.NoteLeavingAsync(context.Store);
        var dn = context.Parameters.GetString("dn") ?? context.AgentDn ?? "";
        return PluginResult.Processed("The agent is not registered any more.", new JsonObject { ["Dn"] = dn }) with
        {
            AfterAnswer = _ => Errand.CarryOutAsync(context),
        };
    }

    private Task BindAs(PluginContext context, DistinguishedName dn, CancellationToken cancellationToken) =>
        _login.BindAsAsync(context.Parameters.GetString("directory_server") ?? "", dn, context.Machine, cancellationToken);

    /// <summary>Does one thing after the other, also after one has failed.</summary>
    /// <returns>What failed, in sentences.</returns>
    private static async Task<string> TryAsync(params Func<Task>[] steps)
    {
        var failures = new List<string>();
        foreach (var step in steps)
        {
            try
            {
                await step();
            }
            catch (PluginInputException failure)
            {
                failures.Add(failure.Message);
            }
        }

        return string.Join(' ', failures);
    }

    private static PluginResult Answer(string done, DistinguishedName dn, string failures)
    {
        var data = new JsonObject { ["Dn"] = dn.ToString() };
        return failures.Length == 0 ? PluginResult.Processed(done, data) : PluginResult.Error($"{done} But: {failures}", data);
    }
}
