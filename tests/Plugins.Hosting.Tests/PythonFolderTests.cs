using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>Plugins of the original agent, which have no manifest; the host program that is asked is a small stand-in.</summary>
[Trait("Category", "Integration")]
public sealed class PythonFolderTests : IDisposable
{
    private readonly PluginFolder _plugins = new();
    private readonly FakeKind _python = new(PluginKinds.Python);
    private readonly string _hostDirectory;

    public PythonFolderTests()
    {
        _plugins.With(_python);
        _hostDirectory = _plugins.MakeDirectory("host");
        PluginFolder.Write(_hostDirectory, "ahenk_host.py", """
            import json, runpy, sys
            with open(sys.argv[2] + "/../../host/asked", "a") as asked:
                asked.write(sys.argv[2] + "\n")
            print("noise of a plugin")
            try:
                info = runpy.run_path(sys.argv[2] + "/main.py")["info"]()
                print(json.dumps({"version": info and info["version"]}))
            except Exception as failure:
                print(json.dumps({"error": repr(failure)}))
            """);
        _plugins.Options = _plugins.Options with { PythonHostDirectory = _hostDirectory };
    }

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task The_files_say_what_it_is()
    {
        var folder = Add("conky", "def info():\n    return None\n");
        foreach (var file in (string[])["policy.py", "init.py", "safe.py", "execute_conky.py"])
        {
            PluginFolder.Write(folder, file, "");
        }

        var report = _plugins.Report("conky");

        Assert.Equal(
            (PluginKinds.Python, PluginStatus.Active, "init safe", null),
            (report.Kind, report.Status, string.Join(' ', report.Modes.Select(mode => mode.ToString().ToLowerInvariant())), report.Version));
        Assert.Null((await _plugins.Host.FindAsync("conky", null, "EXECUTE_CONKY")).Problem);
        Assert.Equal(folder, _python.Made.Single().Folder);
        Assert.NotNull(_python.Made.Single().Manifest.Policy);
        Assert.Empty(Asked());
    }

    [Fact]
    public async Task Its_version_is_asked_for_when_a_task_names_one_and_only_once()
    {
        var folder = Add("conky", "def info():\n    return {'version': '1.0.0'}\n");

        Assert.Null((await _plugins.Host.FindAsync("conky", "1.0.0", "A")).Problem);
        Assert.True((await _plugins.Host.FindAsync("conky", "2.0.0", "A")).Missing);
        Assert.Equal("1.0.0", _plugins.Report("conky").Version);
        Assert.Single(Asked());

        PluginFolder.Write(folder, "main.py", "def info():\n    return {'version': '2.0.0'}\n");
        File.SetLastWriteTimeUtc(Path.Combine(folder, "main.py"), DateTime.UnixEpoch);
        await _plugins.Host.LoadAsync("conky");

        Assert.Null((await _plugins.Host.FindAsync("conky", "2.0.0", "A")).Problem);
        Assert.Equal(2, Asked().Length);
        Assert.False(Directory.Exists(Path.Combine(folder, "__pycache__")));
    }

    [Fact]
    public async Task A_plugin_whose_info_is_None_takes_every_version()
    {
        Add("conky", "def info():\n    return None\n");

        Assert.Null((await _plugins.Host.FindAsync("conky", "7", "A")).Problem);
    }

    [Theory]
    [InlineData("raise ValueError('broken')", "broken")]
    [InlineData("import os; os._exit(3)", "exit code 3")]
    [InlineData("import sys; sys.exit('no display')", "no display")]
    [InlineData("x = bytearray(1 << 30)", "MemoryError")]
    public async Task A_main_file_that_cannot_be_asked_is_told_and_asked_again_after_a_change(string main, string expected)
    {
        var folder = Add("conky", main + "\n");

        var lookup = (await _plugins.Host.FindAsync("conky", "1.0.0", "A"));

        Assert.Contains(expected, lookup.Problem, StringComparison.Ordinal);
        Assert.Contains($"{folder}/main.py cannot be asked for its version", lookup.Problem, StringComparison.Ordinal);
        Assert.False(lookup.Missing);
        Assert.Equal(PluginStatus.Malfunctioned, _plugins.Report("conky").Status);

        PluginFolder.Write(folder, "main.py", "def info():\n    return {'version': '1.0.0'}\n");

        Assert.Equal(PluginStatus.Active, (await _plugins.Host.LoadAsync("conky")).Status);
        Assert.Null((await _plugins.Host.FindAsync("conky", "1.0.0", "A")).Problem);
    }

    [Fact]
    public async Task Without_Python_it_is_not_supported()
    {
        Add("conky", "");
        _python.Obstacle = "python3 is not installed; install the package 'python3'.";

        Assert.Equal((PluginStatus.NotSupported, _python.Obstacle), (_plugins.Report("conky").Status, _plugins.Report("conky").Reason));
        Assert.Equal($"The plugin conky cannot work on this machine: {_python.Obstacle}", (await _plugins.Host.FindAsync("conky", "1.0.0", "A")).Problem);
    }

    private string Add(string name, string main)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_plugins.Root, name)).FullName;
        PluginFolder.Write(folder, "main.py", main);
        return folder;
    }

    private string[] Asked() => File.Exists(Path.Combine(_hostDirectory, "asked")) ? File.ReadAllLines(Path.Combine(_hostDirectory, "asked")) : [];
}
