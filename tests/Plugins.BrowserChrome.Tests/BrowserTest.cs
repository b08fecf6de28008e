using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;

namespace Ahenk.Plugins.BrowserChrome.Tests;

/// <summary>The plugin with a temporary directory in the place of <c>/</c> and programs that are only written down.</summary>
public abstract class BrowserTest : IDisposable
{
    private const string FileName = "liderahenk_browser_chrome_preferences.json";

    private readonly List<Socket> _buses = [];

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

    private protected RecordingRunner Runner { get; } = new();

    public void Dispose()
    {
        _buses.ForEach(bus => bus.Dispose());
        var left = Directory.GetFiles(Root, ".ahenk-*", SearchOption.AllDirectories);
        Directory.Delete(Root, recursive: true);
        Assert.Empty(left);
        GC.SuppressFinalize(this);
    }

    /// <summary>A session of the user with this number.</summary>
    /// <returns>The bus.</returns>
    private protected string GivenSession(int number)
    {
        var bus = Path.Combine(Directory.CreateDirectory(Path.Combine(Root, $"run/user/{number}")).FullName, "bus");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(bus));
        _buses.Add(socket);
        return bus;
    }

    private protected static JsonObject Profile(JsonArray? preferences = null, JsonArray? proxy = null) =>
        new() { ["preferencesChrome"] = preferences ?? [], ["proxyListChrome"] = proxy ?? [] };

    private protected static JsonObject Entry(JsonNode? name, JsonNode? value) => new() { ["preferenceName"] = name, ["value"] = value };

    /// <summary>Applies a profile as the host does: what the input lacks is an error.</summary>
    private protected async Task<PluginResult> Apply(JsonObject profile, string? user = "ayse")
    {
        try
        {
            return await Plugin.Policy!.Apply(Given.Profile(new FakeMachine(Runner), user, profile, Store), TestContext.Current.CancellationToken);
        }
        catch (PluginInputException flaw)
        {
            return PluginResult.Error(flaw.Message);
        }
    }

    private protected Task Undo(string? user = "ayse") =>
        Plugin.Modes[PluginMode.Safe](Given.Profile(new FakeMachine(Runner), user, [], Store), TestContext.Current.CancellationToken);

    private protected sealed class RecordingRunner : ICommandRunner
    {
        public List<CommandLine> Commands { get; } = [];

        /// <summary>The numbers of the users that the machine knows.</summary>
        public Dictionary<string, int> Users { get; } = new() { ["ayse"] = 1001 };

        public Func<CommandLine, CommandResult> Answer { get; set; } = _ => new CommandResult { ExitCode = 0, Output = "", Error = "" };

        /// <summary>What was set, as schema, key and value.</summary>
        public IEnumerable<string> Settings => Commands.Where(command => command.Program == "runuser").Select(command => string.Join(' ', command.Arguments.Skip(5)));

        public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
        {
            Commands.Add(command);
            return Task.FromResult(command.Program != "id" ? Answer(command)
                : Users.TryGetValue(command.Arguments[^1], out var number) ? new CommandResult { ExitCode = 0, Output = $"{number}\n", Error = "" }
                : new CommandResult { ExitCode = 1, Output = "", Error = "no such user" });
        }
    }

    private sealed class FakeMachine(ICommandRunner commands) : IMachine
    {
        public ICommandRunner Commands => commands;

        public IInventory Inventory => throw new InvalidOperationException("This plugin needs no inventory.");

        public string PrivateDirectory => throw new InvalidOperationException("This plugin needs no private directory.");
    }
}
