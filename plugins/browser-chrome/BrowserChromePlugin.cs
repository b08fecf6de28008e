using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.BrowserChrome;

/// <summary>Manages Chrome and Chromium, and the proxy of the user's desktop (PL 2).</summary>
public sealed partial class BrowserChromePlugin : IPlugin
{
    private const string Preferences = "preferencesChrome";
    private const string Proxy = "proxyListChrome";

    private readonly ManagedFiles _files;

    /// <summary>The plugin on this machine.</summary>
    public BrowserChromePlugin()
        : this("/")
    {
    }

    /// <summary>The plugin with another directory in the place of <c>/</c>.</summary>
    internal BrowserChromePlugin(string root)
    {
        _files = new ManagedFiles(root);
        Policy = new PluginPolicy(ApplyAsync);
        Modes = new Dictionary<PluginMode, ModeHandler> { [PluginMode.Safe] = UndoAsync };
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; } = [];

    /// <inheritdoc/>
    public PluginPolicy? Policy { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<PluginMode, ModeHandler> Modes { get; }

    private async Task<PluginResult> ApplyAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var profile = context.Parameters;
        if (!profile.Raw.ContainsKey(Preferences) && !profile.Raw.ContainsKey(Proxy))
        {
            return PluginResult.Error($"The profile holds neither '{Preferences}' nor '{Proxy}', so there is nothing to apply.");
        }

        var (settings, problems) = BrowserSettings.Read(profile.GetObjects(Preferences));
        await _files.SetAsync(context.Store, context.UserName, settings);
        var isProxySet = false;
        try
        {
            isProxySet = await ApplyProxyAsync(context, cancellationToken);
        }
        catch (PluginInputException flaw)
        {
            problems.Add(flaw.Message);
        }

        return problems.Count == 0 ? PluginResult.Processed("The settings of Chrome and Chromium have been applied.")
            : settings is null && !isProxySet ? PluginResult.Error($"Nothing of the profile was applied. {string.Join(' ', problems)}")
            : PluginResult.Warning($"The settings of Chrome and Chromium have been applied, with exceptions. {string.Join(' ', problems)}");
    }

    /// <summary>Sets the proxy.</summary>
    /// <returns>Whether the profile says something about it.</returns>
    /// <exception cref="PluginInputException">It is not set.</exception>
    private static async Task<bool> ApplyProxyAsync(PluginContext context, CancellationToken cancellationToken)
    {
        if (ProxySettings.Read(context.Parameters.GetObjects(Proxy)) is not { } settings)
        {
            return false;
        }

        var user = context.UserName
            ?? throw new PluginInputException("The proxy was not set: it belongs to a user's desktop, and this profile is the machine's.");
        await new DesktopProxy(context).SetAsync(user, settings, cancellationToken);
        return true;
    }

    private async Task UndoAsync(PluginContext context, CancellationToken cancellationToken)
    {
        await _files.SetAsync(context.Store, context.UserName, null);
        if (context.UserName is { } user)
        {
            try
            {
                await new DesktopProxy(context).UndoAsync(user, cancellationToken);
            }
            catch (PluginInputException problem)
            {
                // After a logout there is no session to undo it in.
                LogProxyKept(context.Logger, user, problem.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "[BROWSER] What was set as the proxy of {User} is undone at the next login. {Problem}")]
    private static partial void LogProxyKept(ILogger logger, string user, string problem);
}
