namespace Ahenk.Configuration.Tests;

[Trait("Category", "Unit")]
public sealed class ConfigurationLockTests : IDisposable
{
    private static readonly NumberKey[] Keys = [.. ConfigurationKeys.All.OfType<NumberKey>()];

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Of_changes_at_once_none_is_lost_and_none_refused()
    {
        _folder.Write("");

        await AtOnceAsync(key => ConfigurationChange.Set(_folder.Main, key, key.Default!));
        Assert.All(Keys, key => Assert.Equal(key.Default, _folder.Files().Find(key.Section, key.Name)?.Value));

        await AtOnceAsync(key => ConfigurationChange.Unset(_folder.Main, key));
        Assert.All(Keys, key => Assert.Null(_folder.Files().FindLast(key.Section, key.Name)));
    }

    [Fact]
    public void Its_file_is_its_owners_alone_and_no_configuration()
    {
        ConfigurationLock.Take(_folder.Write("").Main).Dispose();

        var file = Assert.Single(Directory.GetFileSystemEntries(_folder.Root), entry => entry != _folder.Main);
        Assert.Equal((_folder.In(".ahenk.conf.lock"), UnixFileMode.UserRead | UnixFileMode.UserWrite), (file, File.GetUnixFileMode(file)));
        Assert.Empty(_folder.Files().Problems);
    }

    [Fact]
    public void A_link_or_a_file_of_somebody_else_in_its_place_is_refused()
    {
        var path = _folder.In(".ahenk.conf.lock");
        File.CreateSymbolicLink(path, _folder.In("elsewhere"));
        Assert.Contains(path, Assert.Throws<ConfigurationException>(() => ConfigurationLock.Take(_folder.Main)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.In("elsewhere")));

        File.Delete(path);
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        Assert.Contains("other users", Assert.Throws<ConfigurationException>(() => ConfigurationLock.Take(_folder.Main)).Message, StringComparison.Ordinal);
    }

    /// <summary>A thread each, begun together: the pool would have some wait for others.</summary>
    private static async Task AtOnceAsync(Action<NumberKey> change)
    {
        using var start = new Barrier(Keys.Length);
        await Task.WhenAll(Keys.Select(key => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                change(key);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }
}
