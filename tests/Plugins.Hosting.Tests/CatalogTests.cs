using System.Diagnostics;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Catalog;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class CatalogTests : IDisposable
{
    private const string Nobody = "65534";

    private readonly PluginFolder _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public void The_list_tells_of_every_folder_and_loads_nothing()
    {
        _plugins.AddProbe();
        var odd = Directory.CreateDirectory(Path.Combine(_plugins.Root, "odd")).FullName;
        PluginFolder.Write(odd, "plugin.json", """{ "name": "odd", "kind": "java" }""");
        Directory.CreateDirectory(Path.Combine(_plugins.Root, "empty"));
        foreach (var passedOver in (string[])[".hidden", "UPPER", "blank name", new string('a', 65)])
        {
            Directory.CreateDirectory(Path.Combine(_plugins.Root, passedOver));
        }

        File.WriteAllText(Path.Combine(_plugins.Root, "file"), "");

        var list = _plugins.Host.List();

        Assert.Equal(
            [("empty", PluginStatus.Malfunctioned, ""), ("odd", PluginStatus.NotSupported, "java"), ("probe", PluginStatus.Active, "dotnet")],
            list.Select(report => (report.Name, report.Status, report.Kind)));
        Assert.Contains("neither plugin.json nor main.py", list[0].Reason, StringComparison.Ordinal);
        Assert.Contains("the kind 'java'", list[1].Reason, StringComparison.Ordinal);
        Assert.Equal(("1.0.0", Path.Combine(_plugins.Root, "probe"), false), (list[2].Version, list[2].Folder, list[2].IsLoaded));
        Assert.All(list, report => Assert.False(report.IsLoaded));
    }

    [Fact]
    public async Task Of_two_plugins_with_the_same_name_the_earlier_directory_counts()
    {
        var second = _plugins.MakeDirectory("second");
        _plugins.Options = _plugins.Options with { Directories = [_plugins.Root, second, _plugins.MakeDirectory("empty"), "/does/not/exist"] };
        var folder = _plugins.AddCommand("twice", "return PluginResult.Processed(\"first\");");
        CopyFolder(folder, Path.Combine(second, "twice"));
        CopyFolder(folder, Path.Combine(second, "once"), "once");

        Assert.Equal(
            [("once", PluginStatus.Active, second), ("twice", PluginStatus.Active, _plugins.Root), ("twice", PluginStatus.Superseded, second)],
            _plugins.Host.List().Select(report => (report.Name, report.Status, Path.GetDirectoryName(report.Folder)!)));
        Assert.Contains($"{folder} comes first", _plugins.Host.List()[2].Reason, StringComparison.Ordinal);
        Assert.Equal("first", (await _plugins.Run("twice")).Message);

        Directory.Delete(folder, recursive: true);

        Assert.Equal((PluginStatus.Active, Path.Combine(second, "twice")), await Status("twice"));
        Assert.Equal("first", (await _plugins.Run("twice")).Message);
    }

    [Fact]
    public void The_same_directory_named_twice_is_one()
    {
        var link = Path.Combine(_plugins.PrivateDirectory, "link");
        Directory.CreateSymbolicLink(link, _plugins.Root);
        _plugins.Options = _plugins.Options with { Directories = [link, _plugins.Root] };
        _plugins.AddProbe();

        Assert.Equal((PluginStatus.Active, Path.Combine(_plugins.Root, "probe")), (Assert.Single(_plugins.Host.List()).Status, _plugins.Report("probe").Folder));
    }

    [Fact]
    public async Task What_the_configuration_disables_stays_disabled()
    {
        _plugins.Options = _plugins.Options with { Disabled = ["Probe"] };
        _plugins.AddProbe();

        Assert.Equal(PluginStatus.Disabled, (await _plugins.Host.LoadAsync("probe")).Status);

        var lookup = (await _plugins.Host.FindAsync("probe", "1.0.0", "NOOP"));
        Assert.Contains("[PLUGIN] disabled", lookup.Problem, StringComparison.Ordinal);
        Assert.False(lookup.Missing);
        Assert.Equal(lookup.Problem, (await _plugins.Run("probe", "NOOP")).Message);
    }

    [Fact]
    public async Task What_was_taken_out_of_use_is_missing_until_it_is_loaded_again()
    {
        _plugins.AddProbe();
        Assert.Equal(PluginCode.Processed, (await _plugins.Run("probe", "NOOP")).Code);

        await _plugins.Host.UnloadAsync("Probe");

        Assert.Equal((PluginStatus.Disabled, false), (_plugins.Report("probe").Status, _plugins.Report("probe").IsLoaded));
        Assert.True((await _plugins.Host.FindAsync("probe", null, "NOOP")).Missing);
        Assert.Contains("'ahenk load probe'", (await _plugins.Run("probe", "NOOP")).Message, StringComparison.Ordinal);

        Assert.Equal(PluginStatus.Active, (await _plugins.Host.LoadAsync("PROBE")).Status);
        Assert.Equal(PluginCode.Processed, (await _plugins.Run("probe", "NOOP")).Code);
    }

    [Theory]
    [InlineData("1.0.0", false)]
    [InlineData(" 1.0.0 ", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("1.0.1", true)]
    [InlineData("1.0", true)]
    public async Task A_task_for_another_version_waits_for_it(string? wanted, bool missing)
    {
        _plugins.AddProbe();

        var lookup = (await _plugins.Host.FindAsync("probe", wanted, "NOOP"));

        Assert.Equal(missing, lookup.Missing);
        Assert.Equal(missing, lookup.Problem is not null);
        if (missing)
        {
            Assert.Contains($"here in version 1.0.0, but version {wanted} is wanted.", lookup.Problem, StringComparison.Ordinal);
            Assert.False(_plugins.Report("probe").IsLoaded);
        }
    }

    [Fact]
    public async Task A_plugin_without_a_version_takes_every_task()
    {
        var folder = _plugins.AddCommand("any", "return null!;");
        PluginFolder.Write(folder, "plugin.json", """{ "name": "any", "kind": "dotnet", "assembly": "Plugin.dll" }""");

        Assert.Null((await _plugins.Host.FindAsync("any", "9.9", "RUN")).Problem);
    }

    [Theory]
    [InlineData("", UnixFileMode.GroupWrite)]
    [InlineData("", UnixFileMode.OtherWrite)]
    [InlineData("Ahenk.TestPlugins.Probe.dll", UnixFileMode.GroupWrite)]
    [InlineData("Ahenk.TestPlugins.Probe.dll", UnixFileMode.OtherWrite)]
    [InlineData("plugin.json", UnixFileMode.OtherWrite)]
    [InlineData("lib/deep/data.txt", UnixFileMode.OtherWrite)]
    [InlineData("lib/deep", UnixFileMode.OtherWrite)]
    [InlineData("..", UnixFileMode.OtherWrite)]
    [InlineData("..", UnixFileMode.OtherWrite | UnixFileMode.StickyBit)]
    [InlineData("../..", UnixFileMode.GroupWrite)]
    public async Task What_others_can_write_is_not_used(string file, UnixFileMode writable)
    {
        var path = Path.GetFullPath(Path.Combine(AddDeepProbe(), file)).TrimEnd('/');
        var mode = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, mode | writable);
        var problem = (await _plugins.Host.FindAsync("probe", null, "NOOP")).Problem;
        Assert.Contains($"{path} can be written by", problem, StringComparison.Ordinal);
        Assert.Contains("chmod go-w", problem, StringComparison.Ordinal);
        Assert.Equal(PluginStatus.Malfunctioned, _plugins.Report("probe").Status);

        File.SetUnixFileMode(path, mode);

        Assert.Equal(PluginStatus.Active, (await _plugins.Host.LoadAsync("probe")).Status);
        Assert.Null((await _plugins.Host.FindAsync("probe", null, "NOOP")).Problem);
    }

    [Fact]
    public async Task What_others_can_write_since_it_was_read_is_not_loaded()
    {
        var folder = _plugins.AddProbe();
        Assert.Equal(PluginStatus.Active, _plugins.Report("probe").Status);

        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherWrite);

        Assert.Contains("can be written by", (await _plugins.Host.FindAsync("probe", null, "NOOP")).Problem, StringComparison.Ordinal);
        Assert.Equal((PluginStatus.Malfunctioned, false), (_plugins.Report("probe").Status, _plugins.Report("probe").IsLoaded));
    }

    [Fact]
    public async Task In_a_directory_above_that_everybody_writes_the_sticky_bit_protects()
    {
        _plugins.AddProbe();
        var above = Path.GetDirectoryName(_plugins.Root)!;
        const UnixFileMode All = (UnixFileMode)0x1FF;

        File.SetUnixFileMode(above, All | UnixFileMode.StickyBit);
        Assert.Equal(PluginStatus.Active, (await _plugins.Host.LoadAsync("probe")).Status);

        File.SetUnixFileMode(above, All);
        Assert.Equal(PluginStatus.Malfunctioned, (await _plugins.Host.LoadAsync("probe")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Ahenk.TestPlugins.Probe.dll")]
    [InlineData("lib/deep/data.txt")]
    [InlineData("lib")]
    [InlineData("..")]
    [InlineData("../..")]
    public async Task What_belongs_to_somebody_else_is_not_used(string file)
    {
        var path = Path.GetFullPath(Path.Combine(AddDeepProbe(), file)).TrimEnd('/');
        if (FileStatus.CurrentUser != 0)
        {
            // Only root can give a file away; for anybody else these files already are somebody else's to a surveyor of another user.
            var surveyor = new FolderSurveyor(FileStatus.CurrentUser + 1);
            Assert.Contains("belongs to the user", surveyor.Survey(Path.Combine(_plugins.Root, "probe")).Flaw, StringComparison.Ordinal);
            return;
        }

        await Chown(Nobody, path);
        Assert.Equal(PluginStatus.Malfunctioned, (await _plugins.Host.LoadAsync("probe")).Status);
        Assert.StartsWith($"{path} belongs to the user with the number {Nobody}", _plugins.Report("probe").Reason, StringComparison.Ordinal);

        await Chown("0", path);
        Assert.Equal(PluginStatus.Active, (await _plugins.Host.LoadAsync("probe")).Status);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../private")]
    [InlineData("/does/not/exist")]
    [InlineData("loop")]
    public void A_link_out_of_the_folder_is_not_followed(string target)
    {
        var folder = _plugins.AddProbe();
        File.CreateSymbolicLink(Path.Combine(folder, "loop"), target);

        Assert.StartsWith($"{folder}/loop is a link", _plugins.Report("probe").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_within_the_folder_is_fine()
    {
        var folder = AddDeepProbe();
        File.CreateSymbolicLink(Path.Combine(folder, "data"), "lib/deep/data.txt");
        File.CreateSymbolicLink(Path.Combine(folder, "self"), "lib");
        File.CreateSymbolicLink(Path.Combine(folder, "lib/deep/circle"), "../../lib");

        Assert.Null((await _plugins.Host.FindAsync("probe", null, "NOOP")).Problem);
    }

    [Fact]
    public void A_folder_that_is_itself_a_link_is_not_used()
    {
        var elsewhere = _plugins.MakeDirectory("elsewhere");
        CopyFolder(_plugins.AddProbe(), Path.Combine(elsewhere, "probe"));
        Directory.Delete(Path.Combine(_plugins.Root, "probe"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(_plugins.Root, "probe"), Path.Combine(elsewhere, "probe"));

        Assert.Contains("is not a folder but a link", _plugins.Report("probe").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_in_the_folder_is_refused_and_not_opened()
    {
        var folder = _plugins.AddProbe();
        await Run("mkfifo", Path.Combine(folder, "pipe"));

        Assert.Contains("neither a file nor a folder", _plugins.Report("probe").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Twenty_two_idle_plugins_cost_next_to_nothing()
    {
        using var warm = new PluginFolder();
        warm.AddProbe();
        warm.Host.List();
        var probe = _plugins.AddProbe();
        for (var number = 0; number < 21; number++)
        {
            CopyFolder(probe, Path.Combine(_plugins.Root, $"probe-{number}"), $"probe-{number}");
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var list = _plugins.Host.List();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(22, list.Count(report => report is { Status: PluginStatus.Active, IsLoaded: false }));
        Assert.True(allocated < 4 << 20, $"{allocated} bytes were allocated in all, most of them for a moment.");
    }

    private string AddDeepProbe()
    {
        var folder = _plugins.AddProbe();
        Directory.CreateDirectory(Path.Combine(folder, "lib/deep"));
        PluginFolder.Write(folder, "lib/deep/data.txt", "data");
        return folder;
    }

    private async Task<(PluginStatus Status, string Folder)> Status(string plugin)
    {
        var report = await _plugins.Host.LoadAsync(plugin);
        return (report.Status, report.Folder);
    }

    private static void CopyFolder(string from, string to, string? name = null)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        if (name is not null)
        {
            var manifest = File.ReadAllText(Path.Combine(to, "plugin.json"));
            PluginFolder.Write(to, "plugin.json", manifest.Replace($"\"{Path.GetFileName(from)}\"", $"\"{name}\"", StringComparison.Ordinal));
        }
    }

    private static Task Chown(string user, string path) => Run("chown", "-h", user, path);

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
