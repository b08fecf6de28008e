using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Integration")]
public sealed class AuditLogTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly LogSecrets _secrets = new();
    private readonly Told _told = new();
    private readonly LogOptions _options;
    private readonly AuditLog _audit;

    public AuditLogTests()
    {
        _options = TestLog.Options(_folder.Root);
        _audit = new AuditLog(_options, _secrets, _clock, _told);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _audit.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_entry_is_a_line_of_json_in_a_file_for_root_alone()
    {
        await _audit.StartAsync(Token);
        _audit.Write(new AuditEntry(AuditSource.Lider, AuditAction.TaskFinished) { Plugin = "script", Command = "EXECUTE_SCRIPT", Id = 7, Code = "TASK_PROCESSED" });
        _audit.Write(new AuditEntry(AuditSource.User(0), AuditAction.Control) { Method = "reload", Result = "done" });
        await _audit.StopAsync(Token);

        Assert.Equal(
            [
                """{"time":"2026-03-01T12:00:00.000+00:00","who":"lider","what":"task-finished","plugin":"script","command":"EXECUTE_SCRIPT","id":7,"code":"TASK_PROCESSED"}""",
                """{"time":"2026-03-01T12:00:00.000+00:00","who":"uid 0","what":"control","method":"reload","result":"done"}""",
            ],
            File.ReadAllLines(_options.AuditFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_options.AuditFile));
    }

    [Fact]
    public async Task A_long_text_is_cut()
    {
        await _audit.StartAsync(Token);
        _audit.Write(new AuditEntry(AuditSource.User(0), AuditAction.Control) { Result = new string('x', 60_000) });
        await _audit.StopAsync(Token);

        Assert.Equal(new string('x', 512) + " [...]", (string?)JsonNode.Parse(Assert.Single(File.ReadAllLines(_options.AuditFile)))!["result"]);
    }

    [Fact]
    public async Task Nothing_from_outside_makes_a_line_of_its_own_and_secrets_are_hidden()
    {
        _secrets.Register("hunter22");
        await _audit.StartAsync(Token);
        _audit.Write(new AuditEntry(AuditSource.Lider, AuditAction.TaskAccepted) { Plugin = "x\n{\"who\":\"forged\"}", Result = "with hunter22" });
        await _audit.StopAsync(Token);

        var line = Assert.Single(File.ReadAllLines(_options.AuditFile));
        Assert.Equal("with ***", (string?)JsonNode.Parse(line)!["result"]);
    }

    [Fact]
    public async Task While_the_disk_takes_nothing_entries_wait_and_what_does_not_fit_is_counted()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Root, "log"), "in the way of the directory", Token);
        await _audit.StartAsync(Token);
        _audit.Write(new AuditEntry(AuditSource.Agent, "first"));
        await _told.WaitFor(3501);
        for (var number = 0; number < 4096 + 10; number++)
        {
            _audit.Write(new AuditEntry(AuditSource.Agent, "more"));
        }

        await _told.WaitFor(3503);
        File.Delete(Path.Combine(_folder.Root, "log"));
        while (!_told.Has(3502))
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        await _audit.StopAsync(Token);
        var lines = await File.ReadAllLinesAsync(_options.AuditFile, Token);
        Assert.Equal(("first", 4096 + 2), ((string?)JsonNode.Parse(lines[0])!["what"], lines.Length));
        Assert.StartsWith("10 entries", (string?)JsonNode.Parse(lines[^1])!["result"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_never_comes_back_does_not_hold_the_end_up()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Root, "log"), "in the way of the directory", Token);
        await _audit.StartAsync(Token);
        _audit.Write(new AuditEntry(AuditSource.Agent, "first"));
        await _told.WaitFor(3501);

        await _audit.StopAsync(Token);

        Assert.True(_told.Has(3504));
    }

    [Fact]
    public void Writing_before_the_start_and_after_the_end_harms_nobody()
    {
        for (var number = 0; number < 5000; number++)
        {
            _audit.Write(new AuditEntry(AuditSource.Agent, "early"));
        }

        Assert.True(_told.Has(3503));
    }

    /// <summary>What the audit log has to say of itself.</summary>
    private sealed class Told : ILogger<AuditLog>
    {
        private readonly Lock _gate = new();
        private readonly HashSet<int> _ids = [];
        private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Has(int id)
        {
            lock (_gate)
            {
                return _ids.Contains(id);
            }
        }

        public async Task WaitFor(int id)
        {
            while (true)
            {
                Task news;
                lock (_gate)
                {
                    if (_ids.Contains(id))
                    {
                        return;
                    }

                    news = _news.Task;
                }

                await news.WaitAsync(TimeSpan.FromSeconds(60), Token);
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
            {
                _ids.Add(eventId.Id);
                _news.TrySetResult();
                _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
