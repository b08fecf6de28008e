using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Conky;

/// <summary>Shows messages to users, and texts on their desktops (PL 3).</summary>
public sealed class ConkyPlugin : IPlugin
{
    private readonly Desk _desk;
    private readonly Messages _messages;

    /// <summary>The plugin on this machine.</summary>
    public ConkyPlugin()
        : this("/", TimeProvider.System)
    {
    }

    /// <summary>The plugin with another directory in the place of <c>/</c>, and another clock.</summary>
    internal ConkyPlugin(string root, TimeProvider time)
    {
        _desk = new Desk(root, time);
        _messages = new Messages(time);
        Commands =
        [
            new PluginCommand("EXECUTE_XMESSAGE", _messages.ShowAsync) { Parallel = true, TimeLimit = TimeSpan.FromMinutes(1) },
            new PluginCommand("EXECUTE_CONKY", ExecuteAsync) { Idempotent = true, TimeLimit = TimeSpan.FromMinutes(10) },
        ];
        Policy = new PluginPolicy(ApplyAsync);
        Modes = new Dictionary<PluginMode, ModeHandler>
        {
            [PluginMode.Safe] = UndoAsync,
            [PluginMode.Shutdown] = (_, cancellationToken) => _messages.CloseAsync(cancellationToken),
        };
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; }

    /// <inheritdoc/>
    public PluginPolicy? Policy { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<PluginMode, ModeHandler> Modes { get; }

    private Task<PluginResult> ExecuteAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var overlay = Overlay.OfTask(_desk, context);
        return context.Parameters.GetBoolean("removeConkyMessage") == true
            ? RemoveAsync(overlay, cancellationToken)
            : ShowAsync(context, overlay, cancellationToken);
    }

    private static async Task<PluginResult> RemoveAsync(Overlay overlay, CancellationToken cancellationToken)
    {
        await overlay.RemoveAsync(cancellationToken);
        return PluginResult.Processed("The text was taken from the desktops.");
    }

    private async Task<PluginResult> ShowAsync(PluginContext context, Overlay overlay, CancellationToken cancellationToken)
    {
        var text = context.Parameters.RequireString("conkyMessage");
        var sessions = await ListSessionsAsync(context, cancellationToken);
        if (sessions.Count == 0)
        {
            return PluginResult.Error("The text was not shown, because nobody is logged in at a screen of this machine.");
        }

        await Package.EnsureAsync(_desk.Root, context, cancellationToken);
        await overlay.PutAsync(text, cancellationToken);
        var (shown, failed) = await overlay.ShowAsync(sessions, cancellationToken);
        if (shown.Count == 0)
        {
            await overlay.RemoveAsync(cancellationToken);
            return PluginResult.Error($"The text could not be shown to {string.Join(", ", failed)}.");
        }

        var done = $"The text is on the desktop of {string.Join(", ", shown)}, and will be after each login until it is removed.";
        var data = new JsonObject { ["Result"] = text };
        return failed.Count == 0
            ? PluginResult.Processed(done, data)
            : PluginResult.Warning($"{done} It could not be shown to {string.Join(", ", failed)}.", data);
    }

    private async Task<PluginResult> ApplyAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var text = context.Parameters.RequireString("message");
        var account = context.UserName is { } user
            ? await context.Machine.Accounts.FindAsync(user, cancellationToken)
                ?? throw new PluginInputException($"The text was not shown: this machine does not know the user '{user}'.")
            : null;
        await Package.EnsureAsync(_desk.Root, context, cancellationToken);
        var sessions = (await ListSessionsAsync(context, cancellationToken)).Where(session => account is null || session.Uid == account.Uid).ToList();
        var overlay = account is null ? Overlay.OfMachine(_desk, context) : Overlay.OfUser(_desk, context, account);
        await overlay.PutAsync(text, cancellationToken);
        var (shown, failed) = await overlay.ShowAsync(sessions, cancellationToken);
        if (failed.Count > 0)
        {
            var problem = $"The text could not be shown to {string.Join(", ", failed)}.";
            return shown.Count == 0 && account is not null
                ? PluginResult.Error(problem)
                : PluginResult.Warning(shown.Count == 0 ? problem : $"The text is on the desktop of {string.Join(", ", shown)}. {problem}");
        }

        return shown.Count > 0 ? PluginResult.Processed($"The text is on the desktop of {string.Join(", ", shown)}.")
            : account is null ? PluginResult.Processed("The text will be on the desktop after each login.")
            : PluginResult.Warning($"The text is not shown, because '{account.Name}' is not logged in at a screen of this machine.");
    }

    private async Task UndoAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var overlay = context.UserName is not { } user ? Overlay.OfMachine(_desk, context)
            : await context.Machine.Accounts.FindAsync(user, cancellationToken) is { } account ? Overlay.OfUser(_desk, context, account)
            : null;
        if (overlay is { Exists: true })
        {
            await overlay.RemoveAsync(cancellationToken);
        }
    }

    private static async Task<List<UserSession>> ListSessionsAsync(PluginContext context, CancellationToken cancellationToken) =>
        [.. (await context.Machine.Sessions.ListAsync(cancellationToken)).Where(session => session.IsOfPerson && session.IsGraphical)];
}
