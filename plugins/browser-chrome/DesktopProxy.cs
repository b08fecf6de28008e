using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome;

/// <summary>Sets the proxy of a user's GNOME desktop, as the user and over the bus of the user's session.</summary>
/// <param name="context">The run.</param>
internal sealed class DesktopProxy(PluginContext context)
{
    private const string Bus = "DBUS_SESSION_BUS_ADDRESS";

    /// <summary>A session's bus that does not answer must not hold up a login.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Sets it, and remembers that it has to be undone.</summary>
    /// <exception cref="PluginInputException">It is not set, or not all of it.</exception>
    public async Task SetAsync(string user, ProxySettings settings, CancellationToken cancellationToken)
    {
        var session = await FindSessionAsync(user, cancellationToken);
        if (settings.IsProxy)
        {
            await context.Store.SetAsync(Key(user), "set");
        }

        await RunAsync(user, session, settings, cancellationToken);
        if (!settings.IsProxy)
        {
            await context.Store.SetAsync(Key(user), null);
        }
    }

    /// <summary>Switches the proxy off if this plugin has set it; what the users set themselves stays.</summary>
    /// <exception cref="PluginInputException">It is still there; it is tried again the next time.</exception>
    public async Task UndoAsync(string user, CancellationToken cancellationToken)
    {
        if (await context.Store.GetAsync(Key(user)) is not null)
        {
            await SetAsync(user, ProxySettings.None, cancellationToken);
        }
    }

    private static string Key(string user) => $"proxy/{user}";

    /// <summary>
    /// A session of the user with a bus, best one with a screen: a desktop that was started by itself has a bus of its own. One that is about to end does, too:
    /// that is when the proxy is switched off.
    /// </summary>
    private async Task<UserSession> FindSessionAsync(string user, CancellationToken cancellationToken)
    {
        var account = await context.Machine.Accounts.FindAsync(user, cancellationToken) ?? throw NotSet($"this machine does not know the user '{user}'");
        var sessions = context.Machine.Sessions;
        return (await sessions.ListAsync(cancellationToken))
            .Where(session => session.Uid == account.Uid && sessions.ReadEnvironment(session).ContainsKey(Bus))
            .OrderByDescending(session => session.IsGraphical)
            .ThenByDescending(session => session.State == SessionState.Active)
            .FirstOrDefault() ?? throw NotSet($"it needs a session of the user '{user}', and there is none with a bus");
    }

    private async Task RunAsync(string user, UserSession session, ProxySettings settings, CancellationToken cancellationToken)
    {
        foreach (var (schema, key, value) in settings.Values)
        {
            var command = new CommandLine("gsettings", "set", schema, key, value) { TimeLimit = Limit };
            var result = await context.Machine.UserCommands.RunAsync(session, command, cancellationToken);
            if (!result.Succeeded)
            {
                throw NotSet(result.TimedOut
                    ? $"the session of '{user}' did not answer within {Limit.TotalSeconds:0} s"
                    : $"gsettings failed in the session of '{user}' ({Shorten(result.StartError ?? result.Error.Trim())}); only GNOME and its kin have this setting");
            }
        }
    }

    private static PluginInputException NotSet(string why) => new($"The proxy was not set: {why}.");

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
