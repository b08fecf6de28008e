using System.Diagnostics;
using System.Text;
using Ahenk.Silo.Logging;
using Ahenk.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class RollingFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Mebibyte = 1024 * 1024;

    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private RollingLimits _limits = new(8 * Mebibyte, TimeSpan.FromDays(3));

    private string Main => Path.Combine(_folder.Root, "log", "a.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_is_made_with_its_directory_and_appended_to_over_a_restart()
    {
        using (var file = New())
        {
            Write(file, "one\n");
        }

        File.SetLastWriteTimeUtc(Main, _clock.GetUtcNow().UtcDateTime);

        using (var file = New())
        {
            Write(file, "two\n");
        }

        Assert.Equal("one\ntwo\n", File.ReadAllText(Main));
        Assert.Equal(Private, File.GetUnixFileMode(Main));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.GetDirectoryName(Main)!) & (UnixFileMode)0b000_000_111);
    }

    [Fact]
    public void A_full_file_is_begun_anew_and_keeps_whole_lines()
    {
        using var file = New();
        for (var line = 0; line < 5; line++)
        {
            Write(file, new string((char)('0' + line), Mebibyte / 2) + "\n");
        }

        Assert.Equal(["a-2026-03-01.1.log", "a-2026-03-01.2.log", "a-2026-03-01.3.log", "a-2026-03-01.4.log", "a.log"], Names());
        Assert.All(Names(), name => Assert.EndsWith("\n", Read(name), StringComparison.Ordinal));
        Assert.StartsWith("4", Read("a.log"), StringComparison.Ordinal);
        Assert.StartsWith("0", Read("a-2026-03-01.1.log"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_day_begins_a_new_file_also_over_a_restart()
    {
        using (var file = New())
        {
            Write(file, "first\n");
            _clock.Advance(TimeSpan.FromDays(1));
            Write(file, "second\n");
        }

        File.SetLastWriteTimeUtc(Main, _clock.GetUtcNow().UtcDateTime);
        _clock.Advance(TimeSpan.FromDays(1));
        using (var file = New())
        {
            Write(file, "third\n");
        }

        Assert.Equal(("first\n", "second\n", "third\n"), (Read("a-2026-03-01.1.log"), Read("a-2026-03-02.1.log"), Read("a.log")));
    }

    [Fact]
    public void Together_they_stay_below_the_cap_and_the_oldest_go()
    {
        using var file = New();
        for (var line = 0; line < 40; line++)
        {
            Write(file, new string('x', Mebibyte / 2) + "\n");
            Assert.InRange(Names().Sum(name => new FileInfo(Path.Combine(_folder.Root, "log", name)).Length), 1, _limits.MostBytes);
        }

        Assert.DoesNotContain("a-2026-03-01.1.log", Names());
        Assert.Contains("a-2026-03-01.39.log", Names());
    }

    [Fact]
    public void What_is_too_old_goes_and_what_is_not_its_own_stays()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Main)!);
        foreach (var name in (string[])["a-2026-02-25.1.log", "a-2026-02-26.7.log", "a-2026-02-20.log", "a-notes.log", "b-2026-01-01.1.log", "a-2026-99-99.1.log"])
        {
            File.WriteAllText(Path.Combine(_folder.Root, "log", name), "");
        }

        using var file = New();
        Write(file, "x\n");

        Assert.Equal(["a-2026-02-20.log", "a-2026-02-26.7.log", "a-2026-99-99.1.log", "a-notes.log", "a.log", "b-2026-01-01.1.log"], Names());
    }

    [Fact]
    public void Limits_can_change_while_it_is_open()
    {
        using var file = New();
        for (var line = 0; line < 10; line++)
        {
            Write(file, new string('x', Mebibyte / 2) + "\n");
        }

        _limits = new RollingLimits(2 * Mebibyte, null);
        Write(file, "x\n");

        Assert.InRange(Names().Sum(name => new FileInfo(Path.Combine(_folder.Root, "log", name)).Length), 1, _limits.MostBytes);
    }

    [Fact]
    public void A_file_that_somebody_moved_away_is_made_anew()
    {
        using var file = New();
        Write(file, "one\n");
        File.Move(Main, Main + ".old");
        _clock.Advance(TimeSpan.FromSeconds(2));
        Write(file, "two\n");

        Assert.Equal("two\n", File.ReadAllText(Main));
    }

    [Fact]
    public void A_link_is_not_followed_and_a_later_attempt_works()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Main)!);
        File.CreateSymbolicLink(Main, Path.Combine(_folder.Root, "elsewhere"));
        using var file = New();

        Assert.Throws<IOException>(() => Write(file, "x\n"));
        File.Delete(Main);
        Write(file, "y\n");

        Assert.False(File.Exists(Path.Combine(_folder.Root, "elsewhere")));
        Assert.Equal("y\n", File.ReadAllText(Main));
    }

    [Fact]
    public void What_is_no_regular_file_is_neither_written_nor_changed()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Main)!);
        using (var made = Process.Start("mkfifo", ["-m", "0666", Main]))
        {
            made.WaitForExit();
        }

        var before = File.GetUnixFileMode(Main);
        using var file = New();

        var failure = Assert.Throws<IOException>(() => Write(file, "x\n"));

        Assert.Contains("is not a regular file", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.GetUnixFileMode(Main));
    }

    [Fact]
    public void A_file_that_somebody_emptied_goes_on_at_its_beginning()
    {
        using var file = New();
        Write(file, "one\n");
        File.WriteAllText(Main, "");
        Write(file, "two\n");

        Assert.Equal("two\n", File.ReadAllText(Main));
    }

    [Fact]
    public void A_line_that_was_torn_by_a_power_cut_is_ended()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Main)!);
        File.WriteAllText(Main, "one\ntw");
        File.SetLastWriteTimeUtc(Main, _clock.GetUtcNow().UtcDateTime);
        using var file = New();
        Write(file, "three\n");

        Assert.Equal("one\ntw\nthree\n", File.ReadAllText(Main));
    }

    [Fact]
    public async Task A_disk_that_fills_up_takes_all_or_nothing()
    {
        await using var disk = await SmallDisk.CreateAsync();
        Assert.SkipWhen(disk is null, "A file system that fills up can only be mounted by root.");
        var (path, ballast) = (Path.Combine(disk.Directory, "a.log"), Path.Combine(disk.Directory, "ballast"));
        using var file = new RollingFile(path, Private, () => _limits, _clock);
        Write(file, "one\n");
        SmallDisk.FillUp(ballast);
        var lines = string.Concat(Enumerable.Range(0, 1000).Select(number => $"line {number}\n"));

        Assert.Throws<IOException>(() => Write(file, lines));
        Assert.Equal("one\n", File.ReadAllText(path));

        File.Delete(ballast);
        File.SetLastWriteTimeUtc(path, _clock.GetUtcNow().UtcDateTime);
        Write(file, lines);
        Assert.Equal("one\n" + lines, File.ReadAllText(path));
    }

    private RollingFile New() => new(Main, Private, () => _limits, _clock);

    private static void Write(RollingFile file, string text) => file.Write(Encoding.UTF8.GetBytes(text));

    private string[] Names() => [.. Directory.EnumerateFiles(Path.GetDirectoryName(Main)!).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder.Root, "log", name));
}
