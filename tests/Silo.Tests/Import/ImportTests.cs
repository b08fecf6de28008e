using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.Configuration;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Offline.Import;

namespace Ahenk.Silo.Tests.Import;

/// <summary>What <c>ahenk import</c> takes over from a machine that is as it should be.</summary>
[Trait("Category", "Integration")]
public sealed class ImportTests : IDisposable
{
    private readonly OldMachine _machine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_configuration_of_the_Python_Ahenk_is_one_this_agent_starts_with()
    {
        Assert.DoesNotContain(ConfigurationCheck.Run(ConfigurationFiles.Read(_machine.Configuration)), problem => problem.IsError);
        Assert.False(AhenkSettings.Read(_machine.Configuration).People.AgreementRequired);
    }

    [Fact]
    public async Task Identity_schedules_policies_and_agreement_are_taken_over()
    {
        var answer = await _machine.WithDatabase().ImportAsync();

        Assert.Equal((0, 0), (answer.ExitCode, answer.Report.LeftOut.Count));
        await using var target = await OpenAsync();
        Assert.Equal(("pc-7", OldMachine.Password, "cn=pc-7,ou=Ahenkler,dc=example"), (target.Identity.Name, target.Identity.Password, target.Identity.Dn));
        Assert.Equal(RegistrationState.Verified, target.Identity.State);
        Assert.Null(target.Identity.Host);
        var schedule = Assert.Single(await target.Schedules.ListAsync(10));
        Assert.Equal((4211, "script", "EXECUTE_SCRIPT", "0 3 * * *"), (schedule.TaskId, schedule.Plugin, schedule.Command, schedule.Cron));
        Assert.NotNull(schedule.Next);
        var policies = JsonNode.Parse((await target.Documents.FindAsync(new DocumentKey(DocumentKinds.Policies, "ayse")))!)!;
        Assert.Equal("12-3", (string?)policies["set"]!["policies"]![0]!["version"]);
        Assert.NotNull(await target.Documents.FindAsync(new DocumentKey(DocumentKinds.AgreementText, "text")));
        Assert.NotNull(await target.Documents.FindAsync(new DocumentKey(DocumentKinds.AgreementAnswer, "ayse")));
    }

    [Fact]
    public async Task The_files_are_kept_for_root_alone_and_the_originals_stay()
    {
        _machine.WithDatabase();
        var (configuration, database) = (File.ReadAllBytes(_machine.Configuration), File.ReadAllBytes(_machine.Database));

        var backup = (await _machine.ImportAsync()).Backup!;

        var noted = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_machine.Root, "log", "audit.log"), TestContext.Current.CancellationToken)))!;
        Assert.Equal(("state-imported", $"as pc-7; copied to {backup}"), ((string?)noted["what"], (string?)noted["result"]));
        Assert.Equal(configuration, File.ReadAllBytes(Path.Combine(backup, "ahenk.conf")));
        Assert.Equal(database, File.ReadAllBytes(Path.Combine(backup, "ahenk.db")));
        Assert.Equal(configuration, File.ReadAllBytes(_machine.Configuration));
        Assert.Equal(database, File.ReadAllBytes(_machine.Database));
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(_machine.Backups));
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(backup));
        Assert.All(Directory.GetFiles(backup), file => Assert.Equal(Private, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_dry_run_tells_the_same_and_changes_nothing()
    {
        _machine.WithDatabase();
        var before = _machine.Everything;

        var dry = await _machine.ImportAsync(_machine.Options with { IsDryRun = true });

        Assert.Equal(before, _machine.Everything);
        Assert.Equal(0, dry.ExitCode);
        Assert.Equal(dry.Report.Taken, (await _machine.ImportAsync()).Report.Taken);
        Assert.Contains("already", (await _machine.ImportAsync(_machine.Options with { IsDryRun = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_time_nothing_is_done()
    {
        var first = await _machine.WithDatabase().ImportAsync();

        var second = await _machine.ImportAsync();

        Assert.Equal(0, second.ExitCode);
        Assert.Contains("already", second.Message, StringComparison.Ordinal);
        Assert.Equal(first.Backup, second.Backup);
        Assert.Single(Directory.GetDirectories(_machine.Backups));
    }

    [Fact]
    public async Task An_agent_that_is_registered_keeps_its_identity()
    {
        _machine.WithDatabase();
        Directory.CreateDirectory(Path.GetDirectoryName(_machine.OwnDatabase)!);
        await using (var target = await OpenAsync())
        {
            await target.FinishAsync(new AgentIdentity { Name = "other", Password = "p", State = RegistrationState.Registered }, new ImportMarker(default, "x", "y"));
            await target.Documents.SaveAsync([new Document(new DocumentKey(DocumentKinds.Import, "python-ahenk"), null)], []);
        }

        var answer = await _machine.ImportAsync();

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("registered with Lider already, as other", answer.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_machine.Backups));
    }

    [Fact]
    public async Task An_agent_that_runs_is_not_disturbed()
    {
        _machine.WithDatabase();
        var run = Directory.CreateDirectory(Path.Combine(_machine.Root, "run")).FullName;
        using var daemon = InstanceLock.Take(run);

        var answer = await _machine.ImportAsync();

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("ahenk stop", answer.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.OwnDatabase));
    }

    [Fact]
    public async Task A_dry_run_waits_for_an_agent_that_runs_too()
    {
        _machine.WithDatabase();
        Directory.CreateDirectory(Path.Combine(_machine.Root, "run"));
        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(Path.Combine(_machine.Root, "run", "control.sock")));
        daemon.Listen();

        var answer = await _machine.ImportAsync(_machine.Options with { IsDryRun = true });

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("ahenk stop", answer.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_machine.OwnDatabase));
    }

    [Fact]
    public async Task A_database_of_this_agent_that_cannot_be_used_is_named()
    {
        _machine.WithDatabase();
        Directory.CreateDirectory(Path.GetDirectoryName(_machine.OwnDatabase)!);
        File.WriteAllText(_machine.OwnDatabase, "not a database, and longer than the header of one is, so that it cannot pass for an empty file of SQLite's, whose first page is 100 bytes");

        var answer = await _machine.ImportAsync();

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains(_machine.OwnDatabase, answer.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_machine.Backups));
    }

    [Fact]
    public async Task An_account_to_register_with_is_not_taken_for_an_identity()
    {
        File.AppendAllText(_machine.Configuration, "[CONNECTION]\nregister_with = account\n");

        var answer = await _machine.ImportAsync();

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("not registered", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_is_neither_printed_nor_logged()
    {
        var answer = await _machine.WithDatabase().ImportAsync();

        Assert.DoesNotContain(OldMachine.Password, answer.ToText(isJson: false) + answer.ToText(isJson: true) + _machine.Log, StringComparison.Ordinal);
        Assert.Contains("[IMPORT] The state of the Python Ahenk is taken over as pc-7", _machine.Log, StringComparison.Ordinal);
        Assert.True((bool)JsonNode.Parse(answer.ToText(isJson: true))!["succeeded"]!);
    }

    [Fact]
    public async Task Files_elsewhere_are_named_and_their_server_comes_along()
    {
        _machine.WithDatabase();
        var elsewhere = Directory.CreateDirectory(Path.Combine(_machine.Root, "elsewhere")).FullName;
        File.Move(_machine.Database, Path.Combine(elsewhere, "ahenk.db"));
        File.Copy(_machine.Configuration, Path.Combine(elsewhere, "ahenk.conf"));
        File.WriteAllText(_machine.Configuration, "[CONNECTION]\nservicename = im.example\n");

        Assert.Equal(0, (await _machine.ImportAsync(_machine.Options with { From = elsewhere })).ExitCode);

        await using var target = await OpenAsync();
        Assert.Equal(("pc-7", "lider.example"), (target.Identity.Name, target.Identity.Host));
        Assert.Single(await target.Schedules.ListAsync(10));
    }

    [Theory]
    [InlineData(new[] { "--dry-run", "--json" }, true)]
    [InlineData(new[] { "--database", "/a", "--configuration", "/b", "--backup", "/c" }, true)]
    [InlineData(new[] { "--from", "/a" }, true)]
    [InlineData(new[] { "--from" }, false)]
    [InlineData(new[] { "--from", "" }, false)]
    [InlineData(new[] { "--from", "/a", "--database", "/b" }, false)]
    [InlineData(new[] { "--force" }, false)]
    public void The_command_line_is_what_is_documented(string[] arguments, bool isRight) => Assert.Equal(isRight, ImportOptions.Parse(arguments) is not null);

    private Task<ImportTarget> OpenAsync() => ImportTarget.OpenAsync(_machine.OwnDatabase, Serilog.Core.Logger.None, TimeProvider.System, Token);
}
