using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class LoadingTests : IDisposable
{
    private const string Empty = "using System.Collections.Generic; using Ahenk.Plugins.Sdk;";

    private readonly PluginFolder _plugins = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _plugins.Dispose();

    [Theory]
    [InlineData("probe", "NOOP", false)]
    [InlineData("Probe", "noop", false)]
    [InlineData("PROBE", "Wait_Idempotent", true)]
    public async Task Plugins_and_commands_are_found_whatever_their_case(string plugin, string command, bool idempotent)
    {
        _plugins.AddProbe();

        var lookup = (await _plugins.Host.FindAsync(plugin, null, command));

        Assert.Null(lookup.Problem);
        Assert.Equal(idempotent, lookup.Idempotent);
    }

    [Fact]
    public async Task Taking_a_plugin_into_use_is_told_once_and_so_is_each_way_in_which_it_cannot_be()
    {
        using var events = _plugins.Events.Subscribe(EventFilter.All);
        _plugins.AddCommand("good", "await Task.Yield(); return PluginResult.Processed(\"x\");");
        _plugins.AddCommand("bad", "await Task.Yield(); return null!;", "public Only() => throw new System.InvalidOperationException(\"broken\");");

        await _plugins.Run("good");
        await _plugins.Host.FindAsync("good", null, "RUN");
        await _plugins.Run("bad");
        await _plugins.Host.FindAsync("bad", null, "RUN");
        await _plugins.Host.LoadAsync("good");
        await _plugins.Run("good");
        PluginFolder.Write(Path.Combine(_plugins.Root, "bad"), "plugin.json", "{");
        await _plugins.Host.LoadAsync("bad");

        var told = await events.ReadAllAsync(Token).Take(4).Select(raised => raised.Event).ToArrayAsync(Token);
        Assert.Equal(new PluginLoaded("good", "1.0.0", "dotnet"), told[0]);
        Assert.Contains("broken", Assert.IsType<PluginFailed>(told[1]).Reason, StringComparison.Ordinal);
        Assert.Equal(told[0], told[2]);
        Assert.Contains("plugin.json", Assert.IsType<PluginFailed>(told[3]).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_is_named()
    {
        _plugins.AddProbe();

        Assert.Equal("The plugin probe has no command MAKE_COFFEE.", await Problem("probe", "MAKE_COFFEE"));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../probe")]
    [InlineData("probe/../probe")]
    [InlineData("/probe")]
    [InlineData("probe\0")]
    [InlineData("pro be")]
    [InlineData("prob\u0065\u0301")]
    public async Task A_name_that_is_not_a_folder_in_the_plugin_directory_is_not_installed(string name)
    {
        _plugins.AddProbe();

        Assert.Contains($"not installed in {_plugins.Root}", await Problem(name, "NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_too_long_for_a_folder_is_not_installed() =>
        Assert.Contains("not installed", await Problem(new string('a', 65), "NOOP"), StringComparison.Ordinal);

    [Theory]
    [InlineData("public sealed class None { }", "it holds 0")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => []; } public sealed class B : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => []; }", "it holds 2")]
    [InlineData("sealed class Hidden : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => []; }", "it holds 0")]
    [InlineData("public sealed class A : IPlugin { public A() => throw new System.Exception(\"no database\"); public IReadOnlyCollection<PluginCommand> Commands => []; }", "no database")]
    [InlineData("public sealed class A(int x) : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(x.ToString(), null!)]; }", "cannot be loaded")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => throw new System.Exception(\"no commands\"); }", "no commands")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => null!; }", "its list of commands is null")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(\"RUN\", (_, _) => null!), new(\"run\", null!)]; }", "the command run is there twice")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(\"RUN\", null!)]; }", "the command RUN has no handler")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [null!]; }", "a command whose id is not")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(\"../RUN\", (_, _) => null!)]; }", "a command whose id is not")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(\"RUN\", (_, _) => null!) { TimeLimit = System.TimeSpan.Zero }]; }", "the time limit 00:00:00")]
    [InlineData("public sealed class A : IPlugin { static readonly int X = int.Parse(\"no number\"); public A() => System.GC.KeepAlive(X); public IReadOnlyCollection<PluginCommand> Commands => []; }", "no number")]
    public async Task An_assembly_that_is_not_a_plugin_is_told(string source, string expected)
    {
        _plugins.Add("bad", Empty + source);

        Assert.Contains(expected, await Problem("bad", "RUN"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_dependency_that_is_missing_is_named()
    {
        var dependency = PluginFolder.Compile(_plugins.Root, "Needed", "public class Needed { }");
        _plugins.Add("needy", Empty + "public sealed class A : IPlugin { private readonly Needed _needed = new(); public IReadOnlyCollection<PluginCommand> Commands => []; }", dependency);

        Assert.Contains("Needed", await Problem("needy", "RUN"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_whose_constructor_hangs_costs_nobody_but_itself()
    {
        using var gate = new ManualResetEventSlim();
        AppDomain.CurrentDomain.SetData("constructor gate", gate);
        _plugins.Add("stuck", Empty + """
            public sealed class A : IPlugin
            {
                public A() => ((System.Threading.ManualResetEventSlim)System.AppDomain.CurrentDomain.GetData("constructor gate")!).Wait();
                public IReadOnlyCollection<PluginCommand> Commands => [new("RUN", (_, _) => System.Threading.Tasks.Task.FromResult(PluginResult.Processed("freed")))];
            }
            """);
        _plugins.AddProbe();
        var finding = Task.Run(() => Problem("stuck", "RUN"), Token);
        Assert.Null((await _plugins.Host.FindAsync("probe", null, "NOOP")).Problem);

        await _plugins.AdvanceUntil(finding, TimeSpan.FromMinutes(2));

        Assert.Contains("has not returned within 30 s", await finding, StringComparison.Ordinal);
        Assert.Contains("still running", await Problem("stuck", "RUN"), StringComparison.Ordinal);
        Assert.Equal(PluginStatus.Malfunctioned, (await _plugins.Host.LoadAsync("stuck")).Status);

        gate.Set();
        await Eventually.Is(() => _plugins.Report("stuck").Status == PluginStatus.Active);

        Assert.Equal(PluginStatus.Active, (await _plugins.Host.LoadAsync("stuck")).Status);
        Assert.Equal("freed", (await _plugins.Run("stuck")).Message);
    }

    [Fact]
    public async Task A_plugin_brings_its_own_libraries_and_shares_the_agents_sdk()
    {
        var other = Directory.CreateDirectory(Path.Combine(_plugins.Root, "other")).FullName;
        var dependency = PluginFolder.Compile(other, "Needed", "public class Needed { public static string Where => typeof(Needed).Assembly.Location; }");
        var folder = _plugins.Add("needy", Empty + """
            public sealed class A : IPlugin
            {
                public IReadOnlyCollection<PluginCommand> Commands => [new("RUN", (_, _) => System.Threading.Tasks.Task.FromResult(PluginResult.Processed(Needed.Where)))];
            }
            """, dependency);
        File.Move(dependency, Path.Combine(folder, "Needed.dll"));
        PluginFolder.Write(folder, "Ahenk.Plugins.Sdk.dll", File.ReadAllBytes(typeof(Ahenk.Plugins.Sdk.IPlugin).Assembly.Location));

        Assert.Null((await _plugins.Host.FindAsync("needy", null, "RUN")).Problem);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_plugin_that_could_not_be_loaded()
    {
        _plugins.Add("bad", Empty + "public sealed class None { }");

        await Problem("bad", "RUN");

        Assert.Empty(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
        Assert.False(_plugins.Report("bad").IsLoaded);
        Assert.Contains("it holds 0", _plugins.Report("bad").Reason, StringComparison.Ordinal);
    }

    private async Task<string> Problem(string plugin, string command) => (await _plugins.Host.FindAsync(plugin, null, command)).Problem ?? throw new InvalidOperationException("It was found.");
}
