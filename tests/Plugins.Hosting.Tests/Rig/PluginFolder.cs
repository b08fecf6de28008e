using System.Reflection;
using System.Text;
using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Hosting.Dotnet;
using Ahenk.Plugins.Sdk;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>A plugin directory of its own, with a host on it.</summary>
internal sealed class PluginFolder : IMachine, IDisposable
{
    private const UnixFileMode Genuine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>What every plugin may refer to, read once: read for each plugin anew it takes a gigabyte.</summary>
    private static readonly Lazy<IReadOnlyList<MetadataReference>> Platform = new(
        () => [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(path => MetadataReference.CreateFromFile(path))]);

    private readonly string _parent = Directory.CreateTempSubdirectory("ahenk-plugins-").FullName;
    private readonly List<IPluginRunnerFactory> _factories = [];
    private readonly Lazy<PluginHost> _host;

    public PluginFolder(ILoggerFactory? loggers = null)
    {
        Loggers = loggers ?? NullLoggerFactory.Instance;
        Root = MakeDirectory("plugins");
        PrivateDirectory = MakeDirectory("private");
        Commands = new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance);
        Options = new PluginHostOptions { Directories = [Root], AgentVersion = "3.0.0" };
        Events = new EventHub(Clock);
        _host = new Lazy<PluginHost>(() => new PluginHost(
            Options,
            this,
            Transfer,
            Data,
            Progress,
            new CurrentIdentity { Value = new AgentIdentity { Name = "pc-01" } },
            Secrets,
            [new DotnetRunnerFactory(Options, this, Agent, Events, Clock, Loggers), .. _factories],
            Events,
            Clock,
            Loggers));
    }

    public string Root { get; }

    public string PrivateDirectory { get; }

    public ILoggerFactory Loggers { get; }

    public EventHub Events { get; }

    public LogSecrets Secrets { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public FakeTransfer Transfer { get; } = new();

    public MemoryData Data { get; } = new();

    public RecordingProgress Progress { get; } = new();

    public IAgentRegistration Agent { get; } = new NoRegistration();

    public ICommandRunner Commands { get; }

    public IInventory Inventory => throw new NotSupportedException();

    /// <summary>Set before <see cref="Host"/> is first used.</summary>
    public PluginHostOptions Options { get; set; }

    public PluginHost Host => _host.Value;

    public PluginFolder With(IPluginRunnerFactory factory)
    {
        _factories.Add(factory);
        return this;
    }

    /// <summary>A directory beside the plugin directory.</summary>
    public string MakeDirectory(string name) => Directory.CreateDirectory(Path.Combine(_parent, name)).FullName;

    /// <summary>Puts the built probe plugin in.</summary>
    /// <returns>Its folder.</returns>
    public string AddProbe()
    {
        var built = typeof(PluginFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Probe").Value!;
        var folder = Directory.CreateDirectory(Path.Combine(Root, "probe")).FullName;
        foreach (var name in (string[])["plugin.json", "Ahenk.TestPlugins.Probe.dll", "Ahenk.TestPlugins.Probe.deps.json"])
        {
            Write(folder, name, File.ReadAllBytes(Path.Combine(built, name)));
        }

        return folder;
    }

    /// <summary>Compiles a plugin and puts it in.</summary>
    /// <returns>Its folder.</returns>
    public string Add(string name, string source, params string[] dependencies)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, name)).FullName;
        Write(folder, "plugin.json", Manifest(name));
        Compile(folder, "Plugin", source, dependencies);
        return folder;
    }

    /// <summary>A plugin of one command, RUN, with this body; <c>members</c> are added to its class.</summary>
    public string AddCommand(string name, string body, string members = "") => Add(name, CommandSource(body, members));

    public static string CommandSource(string body, string members = "") => $$"""
        using System; using System.Collections.Generic; using System.IO; using System.Linq; using System.Threading; using System.Threading.Tasks; using Ahenk.Plugins.Sdk;
        public sealed class Only : IPlugin
        {
            public IReadOnlyCollection<PluginCommand> Commands { get; } =
                [new("RUN", async (context, token) => { {{body}} }) { TimeLimit = TimeSpan.FromSeconds(60) }];
            {{members}}
        }
        """;

    /// <summary>Compiles an assembly into a folder. It takes the place of one that is there by a rename, as a package manager does it.</summary>
    public static string Compile(string folder, string assembly, string source, params string[] dependencies)
    {
        Write(folder, assembly + ".dll", Compile(assembly, source, dependencies));
        return Path.Combine(folder, assembly + ".dll");
    }

    public static byte[] Compile(string assembly, string source, params string[] dependencies)
    {
        var compilation = CSharpCompilation.Create(
            assembly,
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            [.. Platform.Value, .. dependencies.Select(path => MetadataReference.CreateFromFile(path))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var result = compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return image.ToArray();
    }

    public static byte[] Manifest(string name, string more = "") => Encoding.UTF8.GetBytes(
        $$"""{ "name": "{{name}}", "version": "1.0.0", "kind": "dotnet", "assembly": "Plugin.dll"{{(more.Length == 0 ? "" : ", " + more)}} }""");

    public static void Write(string folder, string name, string content) => Write(folder, name, Encoding.UTF8.GetBytes(content));

    public static void Write(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path + "~", content);
        File.SetUnixFileMode(path + "~", Genuine);
        File.Move(path + "~", path, overwrite: true);
    }

    public async Task<TaskOutcome> Run(string plugin, string command = "RUN", string parameters = "{}", CancellationTokenSource? stop = null) =>
        (await Host.RunAsync(plugin, Task(command, parameters), stop?.Token ?? CancellationToken.None)).Outcome;

    public static PluginWork Task(string command = "RUN", string parameters = "{}", string? fileServer = null) =>
        new() { Id = 7, Command = command, Parameters = parameters, FileServer = fileServer };

    public static PluginWork Profile(string parameters = "{}", string? user = null, string? fileServer = null) =>
        new() { Kind = PluginWorkKind.Profile, Id = 901, Parameters = parameters, UserName = user, PolicyVersion = "12-3", FileServer = fileServer };

    public static PluginWork Mode(string mode, string? user = null) => new() { Kind = PluginWorkKind.Mode, Command = mode, UserName = user };

    public PluginReport Report(string plugin) => Host.List().First(report => report.Name == plugin);

    /// <summary>Moves the clock on until something has ended.</summary>
    public async Task AdvanceUntil(Task ended, TimeSpan limit)
    {
        var until = Clock.GetUtcNow() + limit;
        while (!ended.IsCompleted)
        {
            Assert.True(Clock.GetUtcNow() < until, $"not ended after {limit}");
            Clock.Advance(TimeSpan.FromSeconds(1));

            // A timer that is not set yet when the clock moves is met by the next step. Past the time limit of the plugins of tests, real processes are
            // being ended: they get real time for it.
            var pause = TimeSpan.FromMilliseconds(Clock.GetUtcNow() < until - limit + TimeSpan.FromSeconds(61) ? 10 : 100);
            await System.Threading.Tasks.Task.WhenAny(ended, System.Threading.Tasks.Task.Delay(pause, TestContext.Current.CancellationToken));
        }
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
