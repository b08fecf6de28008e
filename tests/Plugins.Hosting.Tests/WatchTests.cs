using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class WatchTests : IAsyncDisposable
{
    private static readonly TimeSpan Rescan = TimeSpan.FromMinutes(5);

    private readonly PluginFolder _plugins = new();
    private readonly CancellationTokenSource _end = new();
    private IAsyncEnumerator<string>? _names;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_names is not null)
        {
            await _names.DisposeAsync();
        }

        _end.Dispose();
        _plugins.Dispose();
    }

    [Fact]
    public async Task The_plugins_that_are_there_come_first()
    {
        Simple("b");
        Simple("a");
        Directory.CreateDirectory(Path.Combine(_plugins.Root, ".hidden"));

        Assert.Equal(["a", "b"], [await Next(), await Next()]);
    }

    [Fact]
    public async Task A_folder_that_appears_changes_and_goes_is_told_each_time_once_it_is_still()
    {
        await StartWith("other");

        var folder = Simple("tool");
        Assert.Equal("tool", await Next());
        Assert.Equal(PluginStatus.NotSupported, (await _plugins.Host.LoadAsync("tool")).Status);

        PluginFolder.Write(folder, "plugin.json", """{ "name": "tool", "kind": "perl" }""");
        Assert.Equal("tool", await Next());

        Directory.Delete(folder, recursive: true);
        Assert.Equal("tool", await Next());
        Assert.Contains("not installed", (await _plugins.Host.LoadAsync("tool")).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_plugins.Host.List(), report => report.Name == "tool");
    }

    [Fact]
    public async Task A_folder_that_is_still_being_copied_is_not_told()
    {
        await StartWith("other");
        var folder = Simple("tool");
        var next = Next(advance: false);

        for (var round = 0; round < 5; round++)
        {
            // Less than the settle time between two changes, each of which has been noticed before the clock moves.
            PluginFolder.Write(folder, $"part-{round}", new string('x', round));
            await Noticed(folder);
            _plugins.Clock.Advance(TimeSpan.FromSeconds(1.5));
            Assert.False(next.IsCompleted);
        }

        await _plugins.AdvanceUntil(next, TimeSpan.FromMinutes(1));
        Assert.Equal("tool", await next);
    }

    [Fact]
    public async Task A_broken_plugin_is_looked_at_again_at_its_next_change()
    {
        var folder = Simple("tool");
        PluginFolder.Write(folder, "plugin.json", "{ half of it");
        await StartWith("tool");
        Assert.Equal(PluginStatus.Malfunctioned, (await _plugins.Host.LoadAsync("tool")).Status);

        PluginFolder.Write(folder, "plugin.json", """{ "name": "tool", "kind": "java" }""");

        Assert.Equal("tool", await Next());
        Assert.Equal(PluginStatus.NotSupported, (await _plugins.Host.LoadAsync("tool")).Status);
    }

    [Fact]
    public async Task A_mode_that_is_corrected_is_a_change()
    {
        var folder = Simple("tool");
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherWrite);
        await StartWith("tool");
        Assert.Contains("can be written by", _plugins.Report("tool").Reason, StringComparison.Ordinal);

        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) & ~UnixFileMode.OtherWrite);

        Assert.Equal("tool", await Next());
        Assert.Equal(PluginStatus.NotSupported, (await _plugins.Host.LoadAsync("tool")).Status);
    }

    [Fact]
    public async Task What_Python_and_editors_leave_is_no_change()
    {
        var folder = Simple("tool");
        await StartWith("tool");
        Directory.CreateDirectory(Path.Combine(folder, "__pycache__"));
        File.WriteAllText(Path.Combine(folder, "__pycache__/main.cpython-311.pyc"), "x");
        File.WriteAllText(Path.Combine(folder, ".main.py.swp"), "x");
        File.WriteAllText(Path.Combine(folder, "main.py~"), "x");
        await Noticed(folder);
        Simple("zebra");

        Assert.Equal("zebra", await Next());
    }

    [Fact]
    public async Task A_plugin_directory_that_comes_later_is_found_by_the_rescan()
    {
        var later = Path.Combine(_plugins.PrivateDirectory, "later");
        _plugins.Options = _plugins.Options with { Directories = [_plugins.Root, later] };
        await StartWith("other");
        Directory.CreateDirectory(Path.Combine(later, "tool"));
        PluginFolder.Write(Path.Combine(later, "tool"), "plugin.json", """{ "name": "tool", "kind": "java" }""");
        var began = _plugins.Clock.GetUtcNow();

        Assert.Equal("tool", await Next(within: Rescan + TimeSpan.FromSeconds(30)));

        Assert.True(_plugins.Clock.GetUtcNow() - began >= Rescan - TimeSpan.FromSeconds(1));

        // From now on it is watched.
        PluginFolder.Write(Path.Combine(later, "tool"), "more", "x");
        Assert.Equal("tool", await Next());
    }

    [Fact]
    public async Task What_changes_while_nobody_is_told_is_found_by_the_rescan()
    {
        // The directory above takes the place of an overflow: its mode matters, and nothing tells of it.
        Simple("tool");
        await StartWith("tool");
        var above = Path.GetDirectoryName(_plugins.Root)!;
        File.SetUnixFileMode(above, File.GetUnixFileMode(above) | UnixFileMode.OtherWrite);

        Assert.Equal("tool", await Next(within: Rescan + TimeSpan.FromSeconds(30)));
        Assert.Equal(PluginStatus.Malfunctioned, (await _plugins.Host.LoadAsync("tool")).Status);
    }

    private string Simple(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_plugins.Root, name)).FullName;
        PluginFolder.Write(folder, "plugin.json", $$"""{ "name": "{{name}}", "kind": "java" }""");
        return folder;
    }

    private async Task StartWith(string name)
    {
        if (!Directory.Exists(Path.Combine(_plugins.Root, name)))
        {
            Simple(name);
        }

        Assert.Equal(name, await Next());
        Assert.NotEmpty(_plugins.Host.List());
    }

    /// <summary>The next name. The clock moves meanwhile, unless it is said otherwise.</summary>
    private async Task<string> Next(bool advance = true, TimeSpan? within = null)
    {
        _names ??= _plugins.Host.WatchAsync(_end.Token).GetAsyncEnumerator(CancellationToken.None);
        var moving = _names.MoveNextAsync().AsTask();
        if (advance)
        {
            await _plugins.AdvanceUntil(moving, within ?? TimeSpan.FromMinutes(4));
        }

        Assert.True(await moving);
        return _names.Current;
    }

    /// <summary>A watch of the test's own sees a change; those of the same directory that are older have seen all before it.</summary>
    private static async Task Noticed(string folder)
    {
        var name = Guid.NewGuid().ToString("n") + "~";
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(folder);
        watcher.Created += (_, change) =>
        {
            if (change.Name == name)
            {
                seen.TrySetResult();
            }
        };
        watcher.EnableRaisingEvents = true;
        File.WriteAllText(Path.Combine(folder, name), "");
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }
}
