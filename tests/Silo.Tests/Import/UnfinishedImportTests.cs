using System.Buffers.Binary;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Ahenk.Silo.Tests.Import;

/// <summary>A Python Ahenk that was killed while it was writing.</summary>
[Trait("Category", "Integration")]
public sealed class UnfinishedImportTests : IDisposable
{
    /// <summary>More than the tiny cache holds, so that half of the change is in the file before it is finished.</summary>
    private const string Change =
        "DELETE FROM schedule_task; UPDATE registration SET jid = 'half'; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO session (username) SELECT 'u' || i FROM n";

    private readonly OldMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task A_change_that_was_not_finished_is_taken_back()
    {
        KillWhileWriting("PRAGMA cache_size = 5; BEGIN; " + Change, "-journal");
        Assert.Equal(0, CountScheduled("?immutable=1"));
        var before = _machine.Everything;

        var dry = await _machine.ImportAsync(_machine.Options with { IsDryRun = true });
        Assert.Equal(before, _machine.Everything);
        var answer = await _machine.ImportAsync();

        Assert.Equal(0, answer.ExitCode);
        Assert.Equal(answer.Report.Taken, dry.Report.Taken);
        Assert.Contains("Task 4211", Assert.Single(answer.Report.Taken, line => line.Subject == "schedule").Text, StringComparison.Ordinal);
        Assert.Empty(answer.Report.LeftOut);
        Assert.Contains(answer.Report.Remarks, line => line.Text.Contains(_machine.Database + "-journal", StringComparison.Ordinal));
        foreach (var part in (string[])["", "-journal"])
        {
            Assert.Equal(await ReadAsync(_machine.Database + part), await ReadAsync(Path.Combine(answer.Backup!, "ahenk.db" + part)));
        }
    }

    [Fact]
    public async Task A_change_that_stands_in_the_log_alone_is_taken_over()
    {
        KillWhileWriting("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; UPDATE task SET cron_expr = '5 4 * * *' WHERE id = 4211; BEGIN; " + Change, "-wal");

        var answer = await _machine.ImportAsync();

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains("5 4 * * *", Assert.Single(answer.Report.Taken, line => line.Subject == "schedule").Text, StringComparison.Ordinal);
        Assert.Equal(await ReadAsync(_machine.Database + "-wal"), await ReadAsync(Path.Combine(answer.Backup!, "ahenk.db-wal")));
    }

    [Fact]
    public async Task A_journal_that_names_another_file_is_not_used_and_the_file_stays()
    {
        KillWhileWriting("PRAGMA cache_size = 5; BEGIN; " + Change, "-journal");
        var victim = Path.Combine(_machine.Root, "victim");
        await File.WriteAllTextAsync(victim, "not the Python Ahenk's", TestContext.Current.CancellationToken);
        await using (var journal = new FileStream(_machine.Database + "-journal", FileMode.Append))
        {
            var name = Encoding.UTF8.GetBytes(victim);
            var numbers = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(numbers, name.Length);
            BinaryPrimitives.WriteInt32BigEndian(numbers.AsSpan(4), name.Sum(letter => (sbyte)letter));
            journal.Write([0, 4, 0, 1, .. name, .. numbers, 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
        }

        var answer = await _machine.ImportAsync();

        Assert.True(File.Exists(victim));
        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(answer.Report.LeftOut, line => line.Subject == "database" && line.Text.Contains("several databases", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-journal")]
    [InlineData("-wal")]
    public async Task What_is_no_journal_and_no_log_changes_nothing(string part)
    {
        await File.WriteAllTextAsync(_machine.WithDatabase().Database + part, "noise", TestContext.Current.CancellationToken);

        var answer = await _machine.ImportAsync();

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(answer.Report.Taken, line => line.Subject == "schedule");
    }

    /// <summary>The files as they stand in the middle of a change.</summary>
    private void KillWhileWriting(string change, string part)
    {
        _machine.WithDatabase();
        var alive = Path.Combine(_machine.Root, "alive.db");
        File.Move(_machine.Database, alive);
        using var connection = new SqliteConnection($"Data Source={alive};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = change;
        command.ExecuteNonQuery();
        File.Copy(alive, _machine.Database);
        File.Copy(alive + part, _machine.Database + part);
        command.CommandText = "ROLLBACK";
        command.ExecuteNonQuery();
    }

    private long CountScheduled(string how)
    {
        using var connection = new SqliteConnection($"Data Source=file://{_machine.Database}{how};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM schedule_task";
        return (long)command.ExecuteScalar()!;
    }

    private static Task<byte[]> ReadAsync(string file) => File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
}
