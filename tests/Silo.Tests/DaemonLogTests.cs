using System.Diagnostics;
using Ahenk.Silo.Logging;
using Ahenk.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class DaemonLogTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly LogOptions _options;

    public DaemonLogTests() => _options = TestLog.Options(_folder.Root);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_message_is_a_line_of_the_file_and_of_standard_output()
    {
        using var log = new TestLog(_options, _clock);

        log.Log.Logger.Warning("[PLUGIN] {Plugin} has {Count} problems at {Time:yyyy}", "script", 3, DateTimeOffset.UnixEpoch);

        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d WRN \[PLUGIN\] script has 3 problems at 1970\n$", log.Output);
        Assert.Equal(log.Output, File.ReadAllText(_options.File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(_options.File));
    }

    [Fact]
    public void The_journal_gets_priorities_and_no_time()
    {
        using var log = new TestLog(_options, _clock, isForJournal: true);

        log.Log.Logger.Information("[A] {X}", "b");
        log.Log.Logger.Error(new InvalidDataException("first\nsecond"), "[A] failed");
        log.Log.Logger.Fatal("[A] gone");

        Assert.Equal(
            "<6>[A] b\n<3>[A] failed\n<3>    System.IO.InvalidDataException: first\n<3>    second\n<2>[A] gone\n", log.Output);
        Assert.StartsWith("20", File.ReadAllText(_options.File), StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_from_outside_cannot_look_like_a_line_of_the_log()
    {
        using var log = new TestLog(null, _clock, isForJournal: true);

        log.Log.Logger.Information("[A] {X}", "b\n<0>[AHENK] forged\r\u001b[2J");

        Assert.Equal("<6>[A] b\\n<0>[AHENK] forged\\x0d\\x1b[2J\n", log.Output);
    }

    [Fact]
    public void Secrets_are_hidden_wherever_they_are()
    {
        using var log = new TestLog(_options, _clock);
        log.Log.Secrets.Register("hunter\"22");

        log.Log.Logger.Error(new IOException("login with hunter\"22 failed"), "[A] {Json}", """{"password":"hunter\u002222"}""");

        Assert.DoesNotContain("hunter", log.Output + File.ReadAllText(_options.File), StringComparison.Ordinal);
        Assert.Contains("""{"password":"***"}""", log.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_level_can_be_changed_at_run_time_and_loggers_follow()
    {
        using var log = new TestLog(_options, _clock);
        using var factory = new SerilogLoggerFactory(log.Log.Logger);
        var logger = factory.CreateLogger("Ahenk.Test");
        Assert.False(logger.IsEnabled(LogLevel.Debug));

        log.Log.Level.MinimumLevel = LogEventLevel.Debug;
        Assert.True(logger.IsEnabled(LogLevel.Debug));
        Assert.False(factory.CreateLogger("Orleans.Runtime").IsEnabled(LogLevel.Information));

        log.Log.Level.MinimumLevel = LogEventLevel.Error;
        Assert.False(logger.IsEnabled(LogLevel.Warning));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_once_and_tried_again()
    {
        File.WriteAllText(Path.Combine(_folder.Root, "log"), "in the way of the directory");
        using var log = new TestLog(_options, _clock);

        log.Log.Logger.Information("[A] one");
        log.Log.Logger.Information("[A] two");
        File.Delete(Path.Combine(_folder.Root, "log"));
        _clock.Advance(TimeSpan.FromSeconds(11));
        log.Log.Logger.Information("[A] three");

        Assert.Single(log.Output.Split('\n'), line => line.Contains("cannot be written", StringComparison.Ordinal));
        Assert.Single(log.Output.Split('\n'), line => line.Contains("is written again", StringComparison.Ordinal));
        Assert.EndsWith("[A] three\n", Assert.Single(File.ReadAllLines(_options.File)) + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_stops_nothing()
    {
        await using var disk = await SmallDisk.CreateAsync();
        Assert.SkipWhen(disk is null, "A file system that fills up can only be mounted by root.");
        var path = Path.Combine(disk.Directory, "ahenk.log");
        SmallDisk.FillUp(Path.Combine(disk.Directory, "ballast"));
        using var log = new TestLog(new LogOptions
        {
            File = path,
            AuditFile = path,
            Level = LogEventLevel.Information,
            MostBytes = 1024 * 1024,
            Keep = TimeSpan.FromDays(1),
            MostAuditBytes = 1024 * 1024,
        }, _clock);

        log.Log.Logger.Information("[A] one");

        Assert.Contains("[A] one\n", log.Output, StringComparison.Ordinal);
        Assert.Contains($"{path} cannot be written", log.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_very_long_is_cut_so_that_the_journal_does_not_break_it()
    {
        using var log = new TestLog(_options, _clock);

        log.Log.Logger.Information("[A] {Text}", new string('\u0001', 60_000));

        var line = Assert.Single(log.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(line), 8192, 40_000);
        Assert.EndsWith(" [... 51812 characters more]", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_journals_stream_is_known_by_device_and_inode()
    {
        using var file = File.OpenHandle(Path.Combine(_folder.Write("").Root, "ahenk.conf"));
        var descriptor = (int)file.DangerousGetHandle();
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%d:%i", _folder.Main]) { RedirectStandardOutput = true })!;
        var named = stat.StandardOutput.ReadToEnd().Trim();

        Assert.True(StandardOutput.IsJournal(descriptor, named));
        Assert.False(StandardOutput.IsJournal(descriptor, named + "1"));
        Assert.False(StandardOutput.IsJournal(descriptor, null));
        Assert.False(StandardOutput.IsJournal(descriptor, "nonsense"));
    }
}
