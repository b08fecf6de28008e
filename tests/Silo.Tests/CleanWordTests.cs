using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Offline;
using Ahenk.Storage.Sqlite;
using Ahenk.Storage.Sqlite.Rescue;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class CleanWordTests : IDisposable
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 5, 8, 40, 0, TimeSpan.Zero));
    private readonly List<string> _said = [];

    public CleanWordTests()
    {
        Directory.CreateDirectory(State);
        _folder.Write($"[BASE]\nstatedir = {State}\nrundir = {_folder.Root}\nbackupdir = {Backups}\nauditlog = {Audit}\n[CONNECTION]\nservicename = im.example\n")
            .Write("[CONNECTION]\npassword = its-secret\n", "config.d/10-site.conf");
    }

    private string State => Path.Combine(_folder.Root, "state");

    private string Backups => Path.Combine(_folder.Root, "var", "backup");

    private string Audit => Path.Combine(_folder.Root, "audit.log");

    private string Database => Path.Combine(State, "ahenk.db");

    private string Said => string.Join('\n', _said);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Identity_and_state_go_and_a_private_copy_of_them_and_of_the_configuration_stays()
    {
        await FillAsync();
        Put("python/usb/ahenk.db", "tables");
        Put("known_hosts", "host key");
        Put("tmp/work", "x");
        foreach (var spare in DatabaseFiles.SparesOf(Database))
        {
            await File.WriteAllTextAsync(spare, "identity", TestContext.Current.CancellationToken);
        }

        Put("ahenk.db.corrupt-20260301-080000", "set aside");

        Assert.Equal(0, Clean());

        Assert.Equal(["ahenkd.lock", "tmp"], Directory.GetFileSystemEntries(State).Select(Path.GetFileName).Order());
        var copy = Path.Combine(Backups, "20260305T084000Z");
        Assert.Contains(copy, Said, StringComparison.Ordinal);
        Assert.Equal(
            ["ahenk.conf", "ahenk.db", "ahenk.db.corrupt-20260301-080000", "config.d/10-site.conf", "known_hosts", "python/usb/ahenk.db"],
            Directory.GetFiles(copy, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(copy, file)).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(copy, "*", SearchOption.AllDirectories), file => Assert.Equal(OwnerFile, File.GetUnixFileMode(file)));
        Assert.All([Backups, copy, .. Directory.GetDirectories(copy, "*", SearchOption.AllDirectories)], directory => Assert.Equal(OwnerDirectory, File.GetUnixFileMode(directory)));
        await using var restored = AhenkDatabase.Open(new StorageOptions { Path = Path.Combine(copy, "ahenk.db") }, _clock, NullLogger<AhenkDatabase>.Instance);
        Assert.Equal("kept", await restored.Documents.FindAsync(new DocumentKey("test", "a")));
        var noted = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(Audit, TestContext.Current.CancellationToken)))!;
        Assert.Equal(("state-forgotten", $"copied to {copy}"), ((string?)noted["what"], (string?)noted["result"]));
        Assert.Equal(OwnerFile, File.GetUnixFileMode(Audit));
    }

    [Fact]
    public async Task Where_the_audit_log_cannot_be_written_it_is_said_and_the_state_is_forgotten()
    {
        await FillAsync();
        Directory.CreateDirectory(Audit);

        Assert.Equal(0, Clean());

        Assert.False(File.Exists(Database));
        Assert.Contains($"The audit log {Audit} could not be told of it", Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_daemon_runs_nothing_is_touched()
    {
        await FillAsync();
        using var daemon = InstanceLock.Take(State);

        Assert.Equal(1, Clean());

        Assert.Contains("ahenk stop", Said, StringComparison.Ordinal);
        Assert.True(File.Exists(Database));
        Assert.False(Directory.Exists(Backups));
    }

    [Fact]
    public async Task The_socket_of_a_daemon_that_was_killed_is_not_in_the_way()
    {
        await FillAsync();
        await File.WriteAllTextAsync(ControlSocket.PathIn(_folder.Root), "stale", TestContext.Current.CancellationToken);

        Assert.Equal(0, Clean());
        Assert.False(File.Exists(Database));
    }

    [Theory]
    [InlineData]
    [InlineData("--no")]
    [InlineData("--yes", "please")]
    public async Task Without_being_told_to_nothing_is_touched(params string[] arguments)
    {
        await FillAsync();

        Assert.Equal(2, CleanWord.Run(_folder.Main, arguments, _clock, _said.Add));
        Assert.True(File.Exists(Database));
    }

    [Fact]
    public async Task A_database_that_cannot_be_read_is_copied_as_it_is()
    {
        await File.WriteAllTextAsync(Database, "not a database, and long enough to be looked at as one", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Database + "-wal", "its log", TestContext.Current.CancellationToken);

        Assert.Equal(0, Clean());

        Assert.Contains("copied as it is", Said, StringComparison.Ordinal);
        Assert.StartsWith("not a database", File.ReadAllText(Path.Combine(Backups, "20260305T084000Z", "ahenk.db")), StringComparison.Ordinal);
        Assert.Equal(["ahenkd.lock"], Directory.GetFiles(State).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Of_a_database_that_is_missing_the_last_good_copy_is_kept()
    {
        await FillAsync();
        File.Move(Database, DatabaseFiles.GoodCopyOf(Database));

        Assert.Equal(0, Clean());

        Assert.Equal(["ahenkd.lock"], Directory.GetFiles(State).Select(Path.GetFileName));
        await using var restored = AhenkDatabase.Open(
            new StorageOptions { Path = Path.Combine(Backups, "20260305T084000Z", "ahenk.db") }, _clock, NullLogger<AhenkDatabase>.Instance);
        Assert.Equal("kept", await restored.Documents.FindAsync(new DocumentKey("test", "a")));
    }

    [Fact]
    public void A_machine_without_state_is_clean_already_and_the_configuration_is_kept_all_the_same()
    {
        Assert.Equal(0, Clean());

        Assert.Equal(["ahenk.conf", "10-site.conf"], Directory.GetFiles(Backups, "*", SearchOption.AllDirectories).Select(Path.GetFileName).OrderDescending());
    }

    [Fact]
    public async Task A_copy_that_cannot_be_made_leaves_everything_where_it_is()
    {
        await FillAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(Backups)!);
        await File.WriteAllTextAsync(Backups, "in the way", TestContext.Current.CancellationToken);

        Assert.Equal(1, Clean());

        Assert.True(File.Exists(Database));
    }

    [Fact]
    public void The_newest_copies_are_kept_and_what_is_not_one_is_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(Backups, "mine"));
        for (var round = 0; round <= StateBackup.Most; round++)
        {
            _clock.Advance(TimeSpan.FromMinutes(round));
            Assert.True(Clean() == 0, Said);
        }

        Assert.True(Clean() == 0, Said);
        var kept = Directory.GetDirectories(Backups).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(StateBackup.Most + 1, kept.Length);
        Assert.Equal(("20260305T084300Z", "20260305T085500Z-02", "mine"), (kept[0], kept[^2], kept[^1]));
    }

    [Fact]
    public async Task With_a_clock_that_is_behind_the_copy_that_was_just_made_is_kept()
    {
        for (var year = 0; year < StateBackup.Most; year++)
        {
            _clock.Advance(TimeSpan.FromDays(365));
            Assert.True(Clean() == 0, Said);
        }

        await FillAsync();
        var behind = new FakeTimeProvider(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(0, CleanWord.Run(_folder.Main, ["--yes"], behind, _said.Add));

        Assert.True(File.Exists(Path.Combine(Backups, "20010101T000000Z", "ahenk.db")));
        Assert.Equal(StateBackup.Most, Directory.GetDirectories(Backups).Length);
        Assert.False(Directory.Exists(Path.Combine(Backups, "20270305T084000Z")));
    }

    [Fact]
    public void A_configuration_that_cannot_be_used_is_named()
    {
        _folder.Write("[BASE]\nstatedir = relative\n");

        Assert.Equal(2, Clean());
        Assert.Contains("statedir", Said, StringComparison.Ordinal);
    }

    private int Clean() => CleanWord.Run(_folder.Main, ["--yes"], _clock, _said.Add);

    private async Task FillAsync()
    {
        await using var database = AhenkDatabase.Open(new StorageOptions { Path = Database }, _clock, NullLogger<AhenkDatabase>.Instance);
        await database.Documents.SaveAsync([new Document(new DocumentKey("test", "a"), "kept")], []);
    }

    private void Put(string path, string text)
    {
        var file = Path.Combine(State, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
