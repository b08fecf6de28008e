using System.Reflection;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>A plugin directory of its own, with a host on it.</summary>
internal sealed class PluginFolder : IDisposable
{
    private const UnixFileMode Genuine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public PluginFolder() => Host = new PluginHost(new PluginHostOptions(Root, "3.0.0"), new NoMachine(), Clock, NullLoggerFactory.Instance);

    public string Root { get; } = Directory.CreateTempSubdirectory("ahenk-plugins-").FullName;

    public FakeTimeProvider Clock { get; } = new();

    public PluginHost Host { get; }

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

    /// <summary>A plugin of one command, RUN, with this body.</summary>
    public string AddCommand(string name, string body) => Add(name, $$"""
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using Ahenk.Plugins.Sdk;
        public sealed class Only : IPlugin
        {
            public IReadOnlyCollection<PluginCommand> Commands { get; } =
                [new("RUN", async (context, token) => { {{body}} }) { TimeLimit = TimeSpan.FromSeconds(60) }];
        }
        """);

    /// <summary>Compiles an assembly into a folder.</summary>
    public static string Compile(string folder, string assembly, string source, params string[] dependencies)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Concat(dependencies);
        var compilation = CSharpCompilation.Create(
            assembly,
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            references.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var result = compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        Write(folder, assembly + ".dll", image.ToArray());
        return Path.Combine(folder, assembly + ".dll");
    }

    public static byte[] Manifest(string name, string kind = "dotnet", string assembly = "Plugin.dll") =>
        System.Text.Encoding.UTF8.GetBytes($$"""{ "name": "{{name}}", "version": "1.0.0", "kind": "{{kind}}", "assembly": "{{assembly}}" }""");

    public static void Write(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, Genuine);
    }

    public Task<TaskOutcome> Run(string plugin, string command = "RUN", string parameters = "{}", CancellationTokenSource? stop = null) =>
        Host.RunAsync(plugin, new PluginWork(7, command, parameters, false), stop?.Token ?? CancellationToken.None);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class NoMachine : IMachine
    {
        public ICommandRunner Commands => throw new NotSupportedException();

        public IInventory Inventory => throw new NotSupportedException();

        public string PrivateDirectory => throw new NotSupportedException();
    }
}
