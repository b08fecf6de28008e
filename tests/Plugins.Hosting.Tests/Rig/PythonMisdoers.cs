using System.Reflection;
using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Hosting.Python;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>Python plugins that go wrong, in the real host program.</summary>
internal sealed class PythonMisdoers : Misdoers
{
    public static string Repository { get; } =
        typeof(PythonMisdoers).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Repository").Value!;

    public override string Kind => PluginKinds.Python;

    public override IReadOnlyDictionary<Misdeed, string> Answers { get; } = new Dictionary<Misdeed, string>
    {
        [Misdeed.UnknownPlugin] = "is not installed in",
        [Misdeed.UnknownCommand] = "has no command MAKE_COFFEE.",
        [Misdeed.OtherVersion] = "is here in version 1.0.0, but version 2.0.0 is wanted.",
        [Misdeed.MissingParameter] = "KeyError: 'file'",
        [Misdeed.Throws] = "ValueError: the disk is on fire",
        [Misdeed.ThrowsInConstructor] = "ValueError: the disk is on fire",
        [Misdeed.EndsItsProcess] = "ended its process (exit code 3) while running RUN",
        [Misdeed.HangsBlocking] = "was ended: it ran longer than its time limit of 60 s",
        [Misdeed.HugeData] = "bytes",
        [Misdeed.BadResult] = "'NONSENSE'",
        [Misdeed.BadData] = "JSON",
        [Misdeed.EmptyFile] = "empty file",
        [Misdeed.NoFileServer] = "the task brought no file server",
        [Misdeed.UploadFails] = "The file server is full.",
    };

    public override void Prepare(PluginFolder plugins) => plugins.With(new PythonRunnerFactory(
        new PluginLimits(),
        new PythonOptions
        {
            HostDirectory = Path.Combine(Repository, "src", "PythonHost"),
            StateDirectory = plugins.MakeDirectory("python"),
            PrivateDirectory = plugins.PrivateDirectory,
            ConfigurationFile = "/nonexistent/ahenk.conf",
            PluginsDirectory = plugins.Root,
            AgentVersion = "3.0.0",
        },
        new ProcessLauncher(TimeProvider.System, NullLogger<ProcessLauncher>.Instance),
        new NoRequests(),
        new AgentSurroundings(new CurrentIdentity(), new FixedSessions(), plugins.Clock),
        plugins.Clock,
        plugins.Loggers));

    public override void Make(PluginFolder plugins, string name, Misdeed misdeed)
    {
        var folder = Directory.CreateDirectory(Path.Combine(plugins.Root, name)).FullName;
        PluginFolder.Write(folder, "plugin.json", $$"""{"name":"{{name}}","version":"1.0.0","kind":"python","commands":[{"id":"RUN","timeLimitSeconds":60}]}""");
        PluginFolder.Write(folder, "main.py", "def info():\n    return {'version': '1.0.0'}\n");
        var before = misdeed == Misdeed.ThrowsInConstructor ? "raise ValueError('the disk is on fire')" : "";
        var body = misdeed switch
        {
            Misdeed.MissingParameter => "context.create_response('TASK_PROCESSED', task['file'])",
            Misdeed.Throws => "raise ValueError('the disk is on fire')",
            Misdeed.EndsItsProcess => "import os; os._exit(3)",
            Misdeed.HangsBlocking => "\n    while True: pass",
            Misdeed.HugeData => "context.create_response('TASK_PROCESSED', 'm', '{\"Result\":\"' + 'x' * (50 << 20) + '\"}', 'APPLICATION_JSON')",
            Misdeed.BadResult => "context.create_response('NONSENSE', 'm')",
            Misdeed.BadData => "context.create_response('TASK_PROCESSED', 'm', '{', 'APPLICATION_JSON')",
            Misdeed.EmptyFile => FileOf(""),
            Misdeed.NoFileServer or Misdeed.UploadFails => FileOf($"x {Guid.NewGuid()}"),
            _ => "context.create_response('TASK_PROCESSED', 'done')",
        };
        PluginFolder.Write(folder, "run.py", $"{before}\ndef handle_task(task, context):\n    {body}\n");
    }

    private static string FileOf(string content) =>
        $"import hashlib; content = b'{content}'; md5 = hashlib.md5(content).hexdigest(); open('/tmp/' + md5, 'wb').write(content); " +
        "context.create_response('TASK_PROCESSED', 'm', '{\"md5\":\"' + md5 + '\"}', 'TEXT_PLAIN')";

    private sealed class NoRequests : IPluginRequests
    {
        public Task SendMessageAsync(string plugin, string body) => throw new NotSupportedException();

        public Task ProcessTaskAsync(string plugin, JsonObject task) => throw new NotSupportedException();

        public Task RegistrationChangedAsync(string plugin, JsonObject row) => throw new NotSupportedException();

        public Task UnregisterAsync(string plugin) => throw new NotSupportedException();

        public Task RebootAsync(string plugin) => throw new NotSupportedException();

        public Task ShutdownAsync(string plugin) => throw new NotSupportedException();
    }
}
