using System.Text;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class LoadingTests : IDisposable
{
    private const string Empty = "using System.Collections.Generic; using Ahenk.Plugins.Sdk;";

    private readonly PluginFolder _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Theory]
    [InlineData("probe", "NOOP", false)]
    [InlineData("Probe", "noop", false)]
    [InlineData("PROBE", "Wait_Idempotent", true)]
    public void Plugins_and_commands_are_found_whatever_their_case(string plugin, string command, bool idempotent)
    {
        _plugins.AddProbe();

        var lookup = _plugins.Host.Find(plugin, command);

        Assert.Null(lookup.Problem);
        Assert.Equal(idempotent, lookup.Idempotent);
    }

    [Fact]
    public void An_unknown_command_is_named()
    {
        _plugins.AddProbe();

        Assert.Equal("The plugin probe has no command MAKE_COFFEE.", Problem("probe", "MAKE_COFFEE"));
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
    public void A_name_that_is_not_a_folder_in_the_plugin_directory_is_not_installed(string name)
    {
        _plugins.AddProbe();

        Assert.Contains($"not installed in {_plugins.Root}", Problem(name, "NOOP"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_too_long_for_a_folder_is_not_installed() =>
        Assert.Contains("not installed", Problem(new string('a', 65), "NOOP"), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("null", "holds no object")]
    [InlineData("[]", "cannot be read")]
    [InlineData("{ \"name\": \"probe\"", "cannot be read")]
    [InlineData("{ \"name\": \"probe\", \"kind\": \"dotnet\", \"assembly\": \"a.dll\" }", "version")]
    [InlineData("{ \"name\": \"other\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"a.dll\" }", "they must be equal")]
    [InlineData("{ \"name\": \"Probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"a.dll\" }", "they must be equal")]
    [InlineData("{ \"name\": null, \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"a.dll\" }", "plugin.json")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"java\", \"assembly\": \"a.dll\" }", "'java'")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\" }", "plain file name")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"\" }", "plain file name")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"../evil.dll\" }", "plain file name")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"/tmp/evil.dll\" }", "plain file name")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"..\" }", "cannot be loaded")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"gone.dll\" }", "gone.dll cannot be loaded")]
    [InlineData("{ \"name\": \"probe\", \"version\": \"1\", \"kind\": \"dotnet\", \"assembly\": \"plugin.json\" }", "cannot be loaded")]
    public void A_manifest_that_cannot_be_used_is_told(string manifest, string expected)
    {
        PluginFolder.Write(_plugins.AddProbe(), "plugin.json", Encoding.UTF8.GetBytes(manifest));

        var problem = Problem("probe", "NOOP");

        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.Contains(_plugins.Root, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_manifest_is_told()
    {
        File.Delete(Path.Combine(_plugins.AddProbe(), "plugin.json"));

        Assert.Contains("plugin.json cannot be read", Problem("probe", "NOOP"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", UnixFileMode.GroupWrite)]
    [InlineData("", UnixFileMode.OtherWrite)]
    [InlineData("Ahenk.TestPlugins.Probe.dll", UnixFileMode.GroupWrite)]
    [InlineData("Ahenk.TestPlugins.Probe.dll", UnixFileMode.OtherWrite)]
    [InlineData("plugin.json", UnixFileMode.OtherWrite)]
    [InlineData("Ahenk.TestPlugins.Probe.deps.json", UnixFileMode.OtherWrite)]
    public void What_others_can_write_is_not_loaded(string file, UnixFileMode writable)
    {
        var path = Path.Combine(_plugins.AddProbe(), file).TrimEnd('/');
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | writable);
        var problem = Problem("probe", "NOOP");
        Assert.Contains($"{path} can be written by", problem, StringComparison.Ordinal);
        Assert.Contains("chmod go-w", problem, StringComparison.Ordinal);

        File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~writable);

        Assert.Null(_plugins.Host.Find("probe", "NOOP").Problem);
    }

    [Theory]
    [InlineData("public sealed class None { }", "it holds 0")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => []; } public sealed class B : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => []; }", "it holds 2")]
    [InlineData("sealed class Hidden : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => []; }", "it holds 0")]
    [InlineData("public sealed class A : IPlugin { public A() => throw new System.Exception(\"no database\"); public IReadOnlyCollection<PluginCommand> Commands => []; }", "no database")]
    [InlineData("public sealed class A(int x) : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(x.ToString(), null!)]; }", "cannot be loaded")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => throw new System.Exception(\"no commands\"); }", "no commands")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => null!; }", "cannot be loaded")]
    [InlineData("public sealed class A : IPlugin { public IReadOnlyCollection<PluginCommand> Commands => [new(\"RUN\", null!), new(\"run\", null!)]; }", "RUN is there twice")]
    public void An_assembly_that_is_not_a_plugin_is_told(string source, string expected)
    {
        _plugins.Add("bad", Empty + source);

        Assert.Contains(expected, Problem("bad", "RUN"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_dependency_that_is_missing_is_named()
    {
        var dependency = PluginFolder.Compile(_plugins.Root, "Needed", "public class Needed { }");
        _plugins.Add("needy", Empty + "public sealed class A : IPlugin { private readonly Needed _needed = new(); public IReadOnlyCollection<PluginCommand> Commands => []; }", dependency);

        Assert.Contains("Needed", Problem("needy", "RUN"), StringComparison.Ordinal);
    }

    private string Problem(string plugin, string command) => _plugins.Host.Find(plugin, command).Problem ?? throw new InvalidOperationException("It was found.");
}
