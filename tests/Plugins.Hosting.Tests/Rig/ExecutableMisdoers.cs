using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Hosting.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>Programs that go wrong.</summary>
internal sealed class ExecutableMisdoers : Misdoers
{
    public override string Kind => PluginKinds.Executable;

    public override IReadOnlyDictionary<Misdeed, string> Answers { get; } = new Dictionary<Misdeed, string>
    {
        [Misdeed.UnknownPlugin] = "is not installed in",
        [Misdeed.UnknownCommand] = "has no command MAKE_COFFEE.",
        [Misdeed.OtherVersion] = "is here in version 1.0.0, but version 2.0.0 is wanted.",
        [Misdeed.MissingParameter] = "villain: the parameter file is missing",
        [Misdeed.Throws] = "the disk is on fire",
        [Misdeed.EndsItsProcess] = "signal 9",
        [Misdeed.HangsBlocking] = "was ended: it ran longer than its time limit of 60 s",
        [Misdeed.ReturnsNothing] = "JSON",
        [Misdeed.HugeData] = "longer than 16 MiB",
        [Misdeed.BadResult] = "is not the JSON object it must be",
        [Misdeed.BadData] = "JSON",
        [Misdeed.EmptyFile] = "empty file",
        [Misdeed.NoFileServer] = "the task brought no file server",
        [Misdeed.UploadFails] = "The file server is full.",
    };

    public override void Prepare(PluginFolder plugins) => plugins.With(new ExecutableRunnerFactory(
        new PluginLimits(), new ProcessLauncher(TimeProvider.System, NullLogger<ProcessLauncher>.Instance), plugins.Clock, plugins.Loggers));

    public override void Make(PluginFolder plugins, string name, Misdeed misdeed)
    {
        var folder = Directory.CreateDirectory(Path.Combine(plugins.Root, name)).FullName;
        PluginFolder.Write(folder, "plugin.json", $$"""{"name":"{{name}}","version":"1.0.0","kind":"executable","program":"run","commands":[{"id":"RUN","timeLimitSeconds":60}]}""");
        PluginFolder.Write(folder, "run", "#!/bin/sh\nread -r call\n" + misdeed switch
        {
            Misdeed.MissingParameter => "printf '{\"code\":\"error\",\"message\":\"villain: the parameter file is missing\"}'",
            Misdeed.Throws => "echo 'the disk is on fire' >&2; exit 1",
            Misdeed.EndsItsProcess => "kill -9 $$",
            Misdeed.HangsBlocking => "while :; do :; done",
            Misdeed.ReturnsNothing => "exit 0",
            Misdeed.HugeData => "head -c 52428800 /dev/zero",
            Misdeed.BadResult => "printf '{\"code\":\"nonsense\",\"message\":\"m\"}'",
            Misdeed.BadData => "printf '{\"code\":\"processed\",'",
            Misdeed.EmptyFile => FileOf(""),
            Misdeed.NoFileServer or Misdeed.UploadFails => FileOf("x"),
            _ => "printf '{\"code\":\"processed\",\"message\":\"done\"}'",
        } + "\n");
        File.SetUnixFileMode(Path.Combine(folder, "run"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string FileOf(string content) =>
        "dir=$(printf %s \"$call\" | sed -n 's/.*\"private_dir\":\"\\([^\"]*\\)\".*/\\1/p'); " +
        $"printf '{content}' > \"$dir/result\"; " +
        "printf '{\"code\":\"processed\",\"message\":\"m\",\"file\":{\"path\":\"%s\",\"type\":\"TEXT_PLAIN\"}}' \"$dir/result\"";
}
