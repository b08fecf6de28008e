namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>.NET plugins that go wrong.</summary>
internal sealed class DotnetMisdoers : Misdoers
{
    public override string Kind => PluginKinds.Dotnet;

    public override IReadOnlyDictionary<Misdeed, string> Answers { get; } = new Dictionary<Misdeed, string>
    {
        [Misdeed.UnknownPlugin] = "is not installed in",
        [Misdeed.UnknownCommand] = "has no command MAKE_COFFEE.",
        [Misdeed.OtherVersion] = "is here in version 1.0.0, but version 2.0.0 is wanted.",
        [Misdeed.MissingParameter] = "The parameter 'file' is missing.",
        [Misdeed.Throws] = "InvalidOperationException: the disk is on fire",
        [Misdeed.ThrowsLater] = "InvalidOperationException: the disk is on fire",
        [Misdeed.ThrowsInConstructor] = "the disk is on fire",
        [Misdeed.ThrowsInStaticInitialiser] = "the disk is on fire",
        [Misdeed.HangsBlocking] = "does not heed its cancellation; it may still be running.",
        [Misdeed.HangsAwaiting] = "was ended: it ran longer than its time limit of 60 s",
        [Misdeed.ReturnsNothing] = "it returned no result",
        [Misdeed.ReturnsNoTask] = "the handler returned null in place of a task",
        [Misdeed.HugeData] = "more data than the agent takes (8 MiB)",
        [Misdeed.BadResult] = "a result code that is not known",
        [Misdeed.BadData] = "failed: ArgumentException",
        [Misdeed.EmptyFile] = "answered with an empty file",
        [Misdeed.NoFileServer] = "the task brought no file server",
        [Misdeed.UploadFails] = "The file server is full.",
    };

    public override void Make(PluginFolder plugins, string name, Misdeed misdeed)
    {
        const string Throw = "throw new InvalidOperationException(\"the disk is on fire\");";
        var members = misdeed switch
        {
            Misdeed.ThrowsInConstructor => $"public Only() {{ {Throw} }}",
            Misdeed.ThrowsInStaticInitialiser => $"static readonly object Never = Fail(); static object Fail() {{ {Throw} }} public Only() => GC.KeepAlive(Never);",
            _ => "",
        };
        if (misdeed == Misdeed.ReturnsNoTask)
        {
            plugins.Add(name, """
                using System.Collections.Generic; using Ahenk.Plugins.Sdk;
                public sealed class Only : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new("RUN", (_, _) => null!)]; }
                """);
            return;
        }

        plugins.AddCommand(name, "await Task.CompletedTask; " + misdeed switch
        {
            Misdeed.MissingParameter => "return PluginResult.Processed(context.Parameters.RequireString(\"file\"));",
            Misdeed.Throws => Throw,
            Misdeed.ThrowsLater => "await Task.Yield(); " + Throw,
            Misdeed.HangsBlocking => "((ManualResetEventSlim)AppDomain.CurrentDomain.GetData(\"misdeed gate\")!).Wait(); return null!;",
            Misdeed.HangsAwaiting => "await Task.Delay(-1, token); return null!;",
            Misdeed.ReturnsNothing => "return null!;",
            Misdeed.HugeData => "return PluginResult.Processed(\"m\", new() { [\"Result\"] = new string('x', 50 << 20) });",
            Misdeed.BadResult => "return new PluginResult((PluginCode)99, \"m\");",
            Misdeed.BadData => "return PluginResult.Processed(\"m\", new() { [\"a\"] = double.NaN });",
            Misdeed.EmptyFile => FileOf(""),
            Misdeed.NoFileServer or Misdeed.UploadFails => FileOf("x"),
            _ => "return PluginResult.Processed(\"done\");",
        }, members);
    }

    private static string FileOf(string content) =>
        $"var file = context.Files.NewFile(\"file\"); File.WriteAllText(file, \"{content}\"); return PluginResult.FromFile(\"m\", file, ResultFileType.TextPlain);";
}
