using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;

namespace Ahenk.Plugins.BrowserChrome.Tests;

/// <summary>The plugin with a temporary directory in the place of <c>/</c> and programs that are only written down.</summary>
public abstract class BrowserTest : IDisposable
{
    private const string FileName = "liderahenk_browser_chrome_preferences.json";

    private protected BrowserTest()
    {
        Root = Directory.CreateTempSubdirectory("ahenk-browser-").FullName;
        Plugin = new BrowserChromePlugin(Root);
        Chrome = Path.Combine(Root, "etc/opt/chrome/policies/managed", FileName);
        Chromium = Path.Combine(Root, "etc/chromium/policies/managed", FileName);
    }

    private protected string Root { get; }

    private protected string Chrome { get; }

    private protected string Chromium { get; }

    private protected BrowserChromePlugin Plugin { get; }

    private protected MemoryStore Store { get; } = new();

    private protected FakeMachine Machine { get; } = new() { Known = { ["ayse"] = new Account("ayse", 1001, 1001, "/home/ayse", "/bin/bash", [1001]) } };

    /// <summary>What was set, as schema, key and value.</summary>
    private protected IEnumerable<string> Settings => Machine.RanInSession.Select(ran => string.Join(' ', ran.Command.Arguments.Skip(1)));

    public void Dispose()
    {
        var left = Directory.GetFiles(Root, ".ahenk-*", SearchOption.AllDirectories);
        Directory.Delete(Root, recursive: true);
        Assert.Empty(left);
        GC.SuppressFinalize(this);
    }

    /// <summary>A session of the user.</summary>
    private protected UserSession GivenSession(string id = "c1", SessionType type = SessionType.X11, bool hasBus = true, uint user = 1001)
    {
        var session = new UserSession(id, "ayse", user) { Type = type, State = SessionState.Active, DBusAddress = hasBus ? $"unix:path=/run/user/{user}/bus" : null };
        Machine.LoggedIn.Add(session);
        return session;
    }

    private protected static JsonObject Profile(JsonArray? preferences = null, JsonArray? proxy = null) =>
        new() { ["preferencesChrome"] = preferences ?? [], ["proxyListChrome"] = proxy ?? [] };

    private protected static JsonObject Entry(JsonNode? name, JsonNode? value) => new() { ["preferenceName"] = name, ["value"] = value };

    /// <summary>Applies a profile as the host does: what the input lacks is an error.</summary>
    private protected async Task<PluginResult> Apply(JsonObject profile, string? user = "ayse")
    {
        try
        {
            return await Plugin.Policy!.Apply(Given.Profile(Machine, user, profile, Store), TestContext.Current.CancellationToken);
        }
        catch (PluginInputException flaw)
        {
            return PluginResult.Error(flaw.Message);
        }
    }

    private protected Task Undo(string? user = "ayse") =>
        Plugin.Modes[PluginMode.Safe](Given.Profile(Machine, user, [], Store), TestContext.Current.CancellationToken);
}
