using System.Text.Json.Nodes;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Browser.Tests;

/// <summary>The plugin with a home of a real user's rights, and a temporary directory in the place of <c>/</c>.</summary>
public abstract class BrowserTest : IDisposable
{
    private protected const string Place = ".mozilla/firefox";
    private protected const string Default = $"{Place}/p.default";

    private protected BrowserTest()
    {
        Home = new Home();
        Root = Home.MakeDirectory($"{Home.Base}/root", user: 0);
        Plugin = new BrowserPlugin(Root);
        Machine = new FakeMachine { HomeFiles = Files, Known = { ["ayse"] = Home.Account }, Commands = Programs };
    }

    private protected Home Home { get; }

    private protected string Root { get; }

    private protected BrowserPlugin Plugin { get; }

    private protected CountingFiles Files { get; } = new();

    private protected MemoryStore Store { get; } = new();

    private protected FakeMachine Machine { get; }

    private protected ProgramsWithFirefox Programs { get; } = new();

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var left = Directory.GetFiles(Home.Base, ".ahenk-*", everywhere);
        Home.Dispose();
        Assert.Empty(left);
        GC.SuppressFinalize(this);
    }

    /// <summary>Profiles as Firefox makes them.</summary>
    private protected void GivenProfiles(params string[] directories)
    {
        foreach (var ofPlace in directories.GroupBy(directory => Path.GetDirectoryName(directory)!))
        {
            Home.MakeFile($"{Home.Path}/{ofPlace.Key}/profiles.ini", string.Concat(ofPlace.Select((directory, i) =>
                $"[Profile{i}]\nName=p{i}\nIsRelative=1\nPath={Path.GetFileName(directory)}\n\n")) + "[General]\nStartWithLastProfile=1\nVersion=2\n");
            foreach (var directory in ofPlace)
            {
                Home.MakeFile($"{Home.Path}/{directory}/times.json", "{\"created\":1795558693478,\"firstUse\":null}");
            }
        }
    }

    private protected string? ReadHome(string path) => File.Exists($"{Home.Path}/{path}") ? File.ReadAllText($"{Home.Path}/{path}") : null;

    private protected static JsonObject Profile(params JsonNode?[] entries) => new() { ["preferences"] = new JsonArray(entries) };

    private protected static JsonObject Entry(JsonNode? name, JsonNode? value) => new() { ["preferenceName"] = name, ["value"] = value };

    /// <summary>The block that holds these statements.</summary>
    private protected static string Block(params string[] statements) =>
        $"// BEGIN Ahenk: set by a policy. Changes down to the line with END are lost.\n{string.Concat(statements.Select(line => line + "\n"))}// END Ahenk\n";

    /// <summary>Applies a profile as the host does: what the input lacks is an error.</summary>
    private protected async Task<PluginResult> Apply(JsonObject profile, string? user = "ayse")
    {
        try
        {
            return await Plugin.Policy!.Apply(Given.Profile(Machine, user, profile, Store), Token);
        }
        catch (PluginInputException flaw)
        {
            return PluginResult.Error(flaw.Message);
        }
    }

    private protected Task Undo(string? user = "ayse") => Plugin.Modes[PluginMode.Safe](Given.Profile(Machine, user, [], Store), Token);

    /// <summary>The real thing, and how often it was to change something.</summary>
    private protected sealed class CountingFiles : IHomeFiles
    {
        private readonly HomeFiles _files = new();

        public int Changes { get; private set; }

        public byte[]? Read(Account account, string path, int limit = 1 << 20) => _files.Read(account, path, limit);

        public void Write(Account account, string path, ReadOnlySpan<byte> content, UnixFileMode newFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
        {
            Changes++;
            _files.Write(account, path, content, newFileMode);
        }

        public bool Delete(Account account, string path)
        {
            Changes++;
            return _files.Delete(account, path);
        }
    }

    /// <summary>The machine's own programs; whether a Firefox runs is made up.</summary>
    private protected sealed class ProgramsWithFirefox : ICommandRunner
    {
        private readonly CommandRunner _real = new(TimeProvider.System, NullLogger<CommandRunner>.Instance);

        public bool IsFirefoxRunning { get; set; }

        public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
        {
            if (command.Program != "pgrep")
            {
                return _real.RunAsync(command, cancellationToken);
            }

            Assert.Equal(["--uid", "54321", "--exact", "firefox(-esr|-bin)?|iceweasel"], command.Arguments);
            return Task.FromResult(FakeMachine.Ended(IsFirefoxRunning ? 0 : 1));
        }
    }
}
