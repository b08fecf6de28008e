using System.Net.Sockets;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux;
using Ahenk.Silo.Control;
using Ahenk.Silo.Doctor;
using Ahenk.Silo.Doctor.Checks;
using Ahenk.Storage.Sqlite.Rescue;

namespace Ahenk.Silo.Tests.Doctor;

/// <summary>What the checks say of files, disks and the database.</summary>
[Trait("Category", "Integration")]
public sealed class MachineChecksTests : IDisposable
{
    private readonly TestPatient _patient = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _patient.Dispose();

    [Theory]
    [InlineData("[BASE]\nstatedir = /s\n", Health.Ok, "nothing is wrong")]
    [InlineData("", Health.Warning, "is empty (0 bytes)")]
    [InlineData("[BASE]\nstatedirr = /s\n", Health.Warning, "is [BASE] statedir meant?")]
    [InlineData("[CONNECTION]\nport = x\n", Health.Broken, "[CONNECTION] port = x is not allowed")]
    public async Task The_configuration(string text, object health, string found)
    {
        _patient.Folder.Write(text);
        File.SetUnixFileMode(_patient.Folder.Main, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        await Expect(new ConfigurationHealth(_patient.Examined()), (Health)health, found);
    }

    [Fact]
    public async Task A_configuration_that_is_not_there_leaves_the_rest_unknown()
    {
        File.Delete(_patient.Folder.Main);

        await Expect(new ConfigurationHealth(_patient.Examined()), Health.Broken, "does not exist");
        await Expect(new DatabaseHealth(_patient.Examined()), Health.Skipped, "check 1");
        await Expect(new DnsHealth(null), Health.Skipped, "check 1");
    }

    [Fact]
    public async Task The_daemon()
    {
        await Expect(new DaemonHealth(_patient.Examined()), Health.Ok, "answers");
        await Expect(new DaemonHealth(_patient.Examined(isRunning: false)), Health.Broken, "does not run");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(ControlSocket.PathIn(_patient.Run)));
        listener.Listen();

        await Expect(new DaemonHealth(_patient.Examined(isRunning: false)), Health.Broken, "has not answered");
    }

    [Fact]
    public async Task An_identity_that_is_not_there()
    {
        await Expect(new IdentityHealth(_patient.Examined()), Health.Broken, "not registered");
        await _patient.StoreAsync(identity: null);
        await Expect(new IdentityHealth(_patient.Examined()), Health.Broken, "not registered");
    }

    [Fact]
    public async Task An_identity_of_another_domain_and_of_another_account()
    {
        await _patient.StoreAsync(boundJid: "pc@old.example.org/Ahenk");
        await Expect(new IdentityHealth(_patient.Examined()), Health.Warning, "old.example.org");

        await File.AppendAllTextAsync(_patient.Folder.Main, "register_with = account\nuid = other\npassword = p\n", Cancelled);
        await Expect(new IdentityHealth(_patient.Examined()), Health.Warning, "uid names other");
    }

    [Fact]
    public async Task An_identity_that_fits()
    {
        await _patient.StoreAsync(boundJid: "pc@example.org/Ahenk");

        await Expect(new IdentityHealth(_patient.Examined()), Health.Ok, "Registered as pc.");
    }

    [Theory]
    [InlineData(null, Health.Warning, "is missing")]
    [InlineData("", Health.Warning, "holds no machine id")]
    [InlineData("uninitialized\n", Health.Warning, "holds no machine id")]
    [InlineData("0123456789abcdef0123456789abcdef\n", Health.Ok, "holds one")]
    public async Task The_machine_id(string? text, object health, string found)
    {
        if (text is not null)
        {
            _patient.Write("etc/machine-id", text);
        }

        await Expect(new MachineIdHealth(_patient.Examined()), (Health)health, found);
    }

    [Theory]
    [InlineData(1000, 1000, false, Health.Ok, "1000 MiB of 2000 MiB are free")]
    [InlineData(50, 1000, false, Health.Warning, "little room")]
    [InlineData(2, 1000, false, Health.Broken, "is full: 2 MiB")]
    [InlineData(1000, 3, false, Health.Broken, "3 inodes are free")]
    [InlineData(1000, 1000, true, Health.Broken, "mounted read-only")]
    public async Task The_disk(int freeMebibytes, int freeInodes, bool isReadOnly, object health, string found) => await Expect(
        new DiskHealth(_patient.Examined(), _ => new FileSystemSpace(2000L << 20, (long)freeMebibytes << 20, 10_000, freeInodes, isReadOnly)), (Health)health, found);

    [Fact]
    public void The_disk_that_is_really_there() => Assert.InRange(FileSystemSpace.Of(_patient.State).FreeBytes, 1, FileSystemSpace.Of(_patient.State).Bytes);

    [Fact]
    public async Task The_database()
    {
        await Expect(new DatabaseHealth(_patient.Examined()), Health.Broken, "There is no");
        await _patient.StoreAsync();
        await Expect(new DatabaseHealth(_patient.Examined()), Health.Ok, "no good copy of it yet");

        await File.WriteAllTextAsync(DatabaseFiles.GoodCopyOf(_patient.Database), "", Cancelled);
        File.SetLastWriteTimeUtc(DatabaseFiles.GoodCopyOf(_patient.Database), _patient.Time.GetUtcNow().UtcDateTime.AddDays(-10));
        await Expect(new DatabaseHealth(_patient.Examined()), Health.Warning, "last good copy is of 2026-02-23");

        await File.WriteAllTextAsync(_patient.Database + ".corrupt-20260305-080000", "", Cancelled);
        await Expect(new DatabaseHealth(_patient.Examined()), Health.Warning, "ahenk.db.corrupt-20260305-080000");

        await File.WriteAllTextAsync(_patient.Database, new string('x', 10_000), Cancelled);
        var failure = await Assert.ThrowsAsync<StorageException>(() => new DatabaseHealth(_patient.Examined()).CheckAsync(Cancelled));
        Assert.True(failure.IsDamage);
    }

    [Theory]
    [InlineData(null, true, Health.Skipped, "There is no")]
    [InlineData("session required pam_unix.so\n# session optional pam_exec.so quiet /usr/lib/ahenk/ahenk-session\n", true, Health.Warning, "does not call")]
    [InlineData("session\toptional\tpam_exec.so quiet /usr/lib/ahenk/ahenk-session\n", false, Health.Warning, "is missing")]
    [InlineData("session\toptional\tpam_exec.so quiet /usr/lib/ahenk/ahenk-session\n", true, Health.Ok, "calls")]
    public async Task The_login_hook(string? session, bool isInstalled, object health, string found)
    {
        if (session is not null)
        {
            _patient.Write("etc/pam.d/common-session", session);
        }

        if (isInstalled)
        {
            File.SetUnixFileMode(_patient.Write("usr/lib/ahenk/ahenk-session", "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await Expect(new PamHealth(_patient.Examined()), (Health)health, found);
    }

    [Theory]
    [InlineData("ahenk.conf", UnixFileMode.OtherRead)]
    [InlineData("state", UnixFileMode.GroupRead)]
    [InlineData("plugins", UnixFileMode.GroupWrite)]
    [InlineData("plugins/probe", UnixFileMode.OtherWrite)]
    public async Task Modes_that_are_too_wide(string path, UnixFileMode added)
    {
        Directory.CreateDirectory(Path.Combine(_patient.Plugins, "probe"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Expect(new PermissionHealth(_patient.Examined()), Health.Ok, "have the owners and modes");
        var file = Path.Combine(_patient.Folder.Root, path);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | added);

        await Expect(new PermissionHealth(_patient.Examined()), Health.Warning, $"{file} has mode");
    }

    [Theory]
    [InlineData("ahenk.conf")]
    [InlineData("state")]
    [InlineData("state/ahenk.db")]
    [InlineData("run")]
    [InlineData("plugins/probe")]
    public async Task Owners_that_are_not_root(string path)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give files away.");
        Directory.CreateDirectory(Path.Combine(_patient.Plugins, "probe"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(_patient.Database, "", Cancelled);
        File.SetUnixFileMode(_patient.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Expect(new PermissionHealth(_patient.Examined()), Health.Ok, "have the owners and modes");
        var file = Path.Combine(_patient.Folder.Root, path);
        await GiveToAsync(54321, file);

        await Expect(new PermissionHealth(_patient.Examined()), Health.Warning, $"{file} belongs to the user with the number 54321 (chown root:root {file})");
    }

    [Fact]
    public async Task The_outbox()
    {
        await Expect(new OutboxHealth(_patient.Examined()), Health.Skipped, "check 13");
        await _patient.StoreAsync(message: new OutboxDraft("{}", _patient.Time.GetUtcNow()));
        await Expect(new OutboxHealth(_patient.Examined()), Health.Ok, "1 messages wait");
        _patient.Time.Advance(TimeSpan.FromHours(2));

        await Expect(new OutboxHealth(_patient.Examined()), Health.Warning, "the oldest since 2026-03-05 08:40:00");
    }

    [Fact]
    public async Task Crashes_are_counted_and_orderly_ends_are_none()
    {
        var notes = new StartNotes(_patient.State, _patient.Time);
        Assert.Null(notes.NoteStart());
        Assert.Null(notes.NoteEnd(0));
        await Expect(new CrashLoopHealth(_patient.Examined(isRunning: false)), Health.Ok, "not ended by itself");

        notes.NoteStart();
        await Expect(new CrashLoopHealth(_patient.Examined()), Health.Ok, "not ended by itself");
        await Expect(new CrashLoopHealth(_patient.Examined(isRunning: false)), Health.Warning, "(1)");
        notes.NoteStart();
        notes.NoteEnd(1);
        notes.NoteStart();
        notes.NoteStart();
        await Expect(new CrashLoopHealth(_patient.Examined()), Health.Broken, "3 times");

        _patient.Time.Advance(TimeSpan.FromHours(1));
        await Expect(new CrashLoopHealth(_patient.Examined()), Health.Ok, "not ended by itself");
    }

    [Fact]
    public void Notes_of_starts_stay_short_and_a_directory_that_is_gone_is_told()
    {
        var notes = new StartNotes(_patient.State, _patient.Time);
        for (var start = 0; start < 200; start++)
        {
            notes.NoteStart();
        }

        Assert.Equal(64, File.ReadAllLines(Path.Combine(_patient.State, "starts")).Length);
        Assert.NotNull(new StartNotes(Path.Combine(_patient.State, "nowhere"), _patient.Time).NoteStart());
    }

    private static async Task GiveToAsync(int user, string path)
    {
        using var process = System.Diagnostics.Process.Start("chown", [user.ToString(System.Globalization.CultureInfo.InvariantCulture), path]);
        await process.WaitForExitAsync(Cancelled);
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task Expect(IHealthCheck check, Health health, string found)
    {
        var finding = await check.CheckAsync(Cancelled);
        Assert.True(finding.Health == health && finding.Found.Contains(found, StringComparison.Ordinal), $"{finding.Health}: {finding.Found}");
        Assert.Equal(health is Health.Warning or Health.Broken, finding.Advice is not null);
    }
}
