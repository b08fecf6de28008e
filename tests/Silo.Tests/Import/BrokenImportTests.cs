namespace Ahenk.Silo.Tests.Import;

/// <summary>Files of a Python Ahenk that are not what they should be: what is wrong is told and left out, and the rest is taken over.</summary>
[Trait("Category", "Integration")]
public sealed class BrokenImportTests : IDisposable
{
    private readonly OldMachine _machine = new();

    public void Dispose() => _machine.Dispose();

    public static TheoryData<string> Wrecks => ["text", "empty-file-of-zeros", "truncated", "overwritten", "missing"];

    public static TheoryData<string> Refusals => ["link", "directory", "writable", "large", "journal-writable"];

    [Theory]
    [MemberData(nameof(Wrecks))]
    public async Task Without_a_database_that_can_be_used_the_identity_comes_from_the_configuration(string wreck)
    {
        Wreck(wreck);

        var answer = await _machine.ImportAsync();

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(answer.Report.Taken, line => line.Subject == "identity" && line.Text.Contains("'pc-7'", StringComparison.Ordinal));
        Assert.Contains(answer.Report.LeftOut, line => line.Subject == "database" && line.Text.Contains(_machine.Database, StringComparison.Ordinal));
        Assert.DoesNotContain(answer.Report.Taken, line => line.Subject is "schedule" or "policy");
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_database_that_somebody_can_put_right_is_waited_for_and_taken_over_then(string wreck)
    {
        Wreck(wreck);

        var dry = await _machine.ImportAsync(_machine.Options with { IsDryRun = true });
        var answer = await _machine.ImportAsync();

        Assert.Equal((1, answer.Message), (dry.ExitCode, dry.Message));
        Assert.Equal(1, answer.ExitCode);
        Assert.Contains(_machine.Database, answer.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_machine.Backups));

        PutRight();
        answer = await _machine.ImportAsync();

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(answer.Report.Taken, line => line.Subject == "schedule");
    }

    [Theory]
    [InlineData("DROP TABLE task", "policy")]
    [InlineData("DROP TABLE plugin; DROP TABLE contract; DROP TABLE registration", "identity")]
    [InlineData("DROP TABLE profile; DROP TABLE policy; DROP TABLE session; DROP TABLE agreement; DROP TABLE schedule_task", "agreement")]
    [InlineData("DROP TABLE task; CREATE VIEW task AS SELECT * FROM plugin", "policy")]
    [InlineData("DROP TABLE task; CREATE TABLE task (id INTEGER PRIMARY KEY) WITHOUT ROWID", "policy")]
    public async Task What_a_missing_or_strange_table_has_nothing_to_do_with_is_taken_over(string change, string taken)
    {
        var answer = await _machine.WithDatabase(change).ImportAsync();

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(answer.Report.Taken, line => line.Subject == taken);
    }

    [Theory]
    [InlineData("UPDATE task SET parameter_map = x'ff00fe' WHERE id = 1")]
    [InlineData("UPDATE task SET parameter_map = '[1]' WHERE id = 1")]
    [InlineData("UPDATE task SET parameter_map = '{\"a\"' WHERE id = 1")]
    [InlineData("UPDATE task SET parameter_map = 3.5 WHERE id = 1")]
    [InlineData("UPDATE task SET parameter_map = zeroblob(8000000) WHERE id = 1")]
    [InlineData("UPDATE task SET cron_expr = '61 * * * *' WHERE id = 1")]
    [InlineData("UPDATE task SET cron_expr = x'00' WHERE id = 1")]
    [InlineData("UPDATE task SET cron_expr = char(27) || '[2J * * *' WHERE id = 1")]
    [InlineData("UPDATE task SET plugin = 'not a number' WHERE id = 1")]
    [InlineData("UPDATE task SET plugin = 99 WHERE id = 1")]
    [InlineData("UPDATE task SET command_cls_id = NULL WHERE id = 1")]
    [InlineData("UPDATE task SET file_server = '{' WHERE id = 1")]
    [InlineData("UPDATE task SET id = 'x' WHERE id = 1")]
    [InlineData("UPDATE task SET id = 1e300 WHERE id = 1")]
    [InlineData("UPDATE task SET deleted = 'True' WHERE id = 1")]
    public async Task A_task_that_cannot_be_read_is_left_out_and_the_others_are_not(string change)
    {
        _machine.WithDatabase("""
            INSERT INTO task VALUES (1, 'None', 'None', 'EXECUTE_SCRIPT', '{}', 'False', '1', '* * * * *', 'null');
            INSERT INTO schedule_task (task_id) VALUES ('1');
            """ + change);

        var answer = await _machine.ImportAsync(_machine.Options with { IsDryRun = true });

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains("Task 4211", Assert.Single(answer.Report.Taken, line => line.Subject == "schedule").Text, StringComparison.Ordinal);
        Assert.NotEmpty(answer.Report.LeftOut);
        Assert.DoesNotContain(answer.ToText(isJson: false), letter => char.IsControl(letter) && letter != '\n');
    }

    [Fact]
    public async Task A_policy_without_its_profiles_plugin_or_owner_is_left_out()
    {
        var answer = await _machine.WithDatabase("""
            INSERT INTO policy (id, type, version, name, policy_id) VALUES (6, 'U', '13-1', '../../etc', 13), (7, 'X', '14-1', 'ayse', 14), (8, 'U', NULL, 'ayse', 15), (9, 'U', '16-1', 'ayse', 16);
            INSERT INTO profile (id, profile_data, plugin) VALUES (9, '{}', '77');
            """).ImportAsync(_machine.Options with { IsDryRun = true });

        Assert.Contains("policy 12 of 'ayse'", Assert.Single(answer.Report.Taken, line => line.Subject == "policy").Text, StringComparison.Ordinal);
        Assert.Equal(4, answer.Report.LeftOut.Count(line => line.Subject == "policy"));
    }

    [Fact]
    public async Task More_rows_than_any_machine_has_are_cut_and_told()
    {
        _machine.WithDatabase("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) INSERT INTO session (username, timestamp) SELECT 'u' || i, '0' FROM n");

        var answer = await _machine.ImportAsync(_machine.Options with { IsDryRun = true });

        Assert.Contains(answer.Report.LeftOut, line => line.Text.Contains("more than 10000 rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_that_is_a_link_is_not_followed_and_the_database_has_the_identity()
    {
        _machine.WithDatabase();
        var other = Path.Combine(_machine.Root, "other.conf");
        File.CreateSymbolicLink(other, _machine.Configuration);

        var answer = await _machine.ImportAsync(_machine.Options with { Configuration = other, Database = _machine.Database });

        Assert.Equal(0, answer.ExitCode);
        Assert.Contains(answer.Report.LeftOut, line => line.Subject == "configuration" && line.Text.Contains("symbolic link", StringComparison.Ordinal));
        Assert.Contains(answer.Report.Taken, line => line.Subject == "identity");
    }

    [Fact]
    public async Task A_backup_folder_that_is_a_link_is_not_used()
    {
        _machine.WithDatabase();
        File.CreateSymbolicLink(_machine.Backups, Directory.CreateDirectory(Path.Combine(_machine.Root, "victim")).FullName);

        var answer = await _machine.ImportAsync();

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("symbolic link", answer.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_machine.Root, "victim")));
    }

    [Fact]
    public async Task An_agent_that_was_never_registered_leaves_nothing()
    {
        _machine.WithDatabase("UPDATE registration SET registered = 0");
        File.WriteAllText(_machine.Configuration, "[CONNECTION]\nuid =\npassword =\n");

        var answer = await _machine.ImportAsync(_machine.Options with { Database = _machine.Database });

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("not registered", answer.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_machine.Backups));
    }

    [Fact]
    public async Task A_name_that_no_account_can_have_is_refused()
    {
        File.WriteAllText(_machine.Configuration, "[CONNECTION]\nuid = a/b@c\npassword = x\n");

        var answer = await _machine.ImportAsync();

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("cannot be the name of an account", answer.Message, StringComparison.Ordinal);
    }

    private void Wreck(string wreck)
    {
        _machine.WithDatabase();
        switch (wreck)
        {
            case "text":
                File.WriteAllText(_machine.Database, "a database");
                break;
            case "empty-file-of-zeros":
                File.WriteAllBytes(_machine.Database, new byte[4096]);
                break;
            case "truncated":
                using (var file = File.OpenWrite(_machine.Database))
                {
                    file.SetLength((file.Length / 2) + 100);
                }

                break;
            case "overwritten":
                using (var file = File.OpenWrite(_machine.Database))
                {
                    file.Position = 4096;
                    file.Write(new byte[8192]);
                }

                break;
            case "missing":
                File.Delete(_machine.Database);
                break;
            case "link":
                File.Move(_machine.Database, _machine.Database + ".real");
                File.CreateSymbolicLink(_machine.Database, _machine.Database + ".real");
                break;
            case "large":
                using (var file = File.OpenWrite(_machine.Database))
                {
                    file.SetLength((256L << 20) + 1);
                }

                break;
            case "journal-writable":
                File.WriteAllText(_machine.Database + "-journal", "");
                File.SetUnixFileMode(_machine.Database + "-journal", (UnixFileMode)0b110_110_110);
                break;
            case "directory":
                File.Delete(_machine.Database);
                Directory.CreateDirectory(_machine.Database);
                break;
            default:
                File.SetUnixFileMode(_machine.Database, (UnixFileMode)0b110_110_110);
                break;
        }
    }

    private void PutRight()
    {
        File.Delete(_machine.Database + "-journal");
        if (Directory.Exists(_machine.Database))
        {
            Directory.Delete(_machine.Database);
        }

        File.Delete(_machine.Database);
        _machine.WithDatabase();
    }
}
