using System.Globalization;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.BrowserChrome;

/// <summary>Sets the proxy of a user's GNOME desktop, as the user and over the bus of the user's session.</summary>
/// <param name="root">The directory that stands for <c>/</c>.</param>
/// <param name="context">The run.</param>
internal sealed class DesktopProxy(string root, PluginContext context)
{
    /// <summary>A session's bus that does not answer must not hold up a login.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Sets it, and remembers that it has to be undone.</summary>
    /// <exception cref="PluginInputException">It is not set, or not all of it.</exception>
    public async Task SetAsync(string user, ProxySettings settings, CancellationToken cancellationToken)
    {
        var bus = await FindBusAsync(user, cancellationToken);
        if (settings.IsProxy)
        {
            await context.Store.SetAsync(Key(user), "set");
        }

        await RunAsync(user, bus, settings, cancellationToken);
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

    private async Task<string> FindBusAsync(string user, CancellationToken cancellationToken)
    {
        // A number would be taken for the number of a user, a dash for an option.
        if (user.Length == 0 || user[0] == '-' || user.All(char.IsAsciiDigit) || user.Any(char.IsControl))
        {
            throw NotSet($"'{user}' is not the name of a user");
        }

        var result = await context.Machine.Commands.RunAsync(new CommandLine("id", "-u", "--", user) { TimeLimit = Limit }, cancellationToken);
        if (!result.Succeeded || !uint.TryParse(result.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw NotSet($"this machine does not know the user '{user}'");
        }

        var bus = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"run/user/{number}/bus"));
        return File.Exists(bus) ? bus : throw NotSet($"it needs a session of the user '{user}', and there is none with a bus ({bus})");
    }

    private async Task RunAsync(string user, string bus, ProxySettings settings, CancellationToken cancellationToken)
    {
        foreach (var (schema, key, value) in settings.Values)
        {
            // runuser sets HOME; what it is given besides stays.
            var command = new CommandLine("runuser", "-u", user, "--", "gsettings", "set", schema, key, value)
            {
                Environment = new Dictionary<string, string>
                {
                    ["XDG_RUNTIME_DIR"] = Path.GetDirectoryName(bus)!,
                    ["DBUS_SESSION_BUS_ADDRESS"] = $"unix:path={bus}",
                },
                TimeLimit = Limit,
            };
            var result = await context.Machine.Commands.RunAsync(command, cancellationToken);
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
