using System.Net;
using System.Net.Sockets;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Doctor;
using Ahenk.Silo.Doctor.Checks;

namespace Ahenk.Silo.Tests.Doctor;

/// <summary>What the checks say of the way to Lider.</summary>
[Trait("Category", "Unit")]
public sealed class SessionChecksTests : IDisposable
{
    private readonly TestPatient _patient = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _patient.Dispose();

    [Fact]
    public async Task The_network()
    {
        await Expect(new NetworkHealth(() => []), Health.Broken, "No network interface");
        await Expect(new NetworkHealth(() => ["eth0"]), Health.Ok, "eth0");
    }

    [Fact]
    public async Task A_server_that_takes_no_connections_is_named_and_the_next_step_is_left_out()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await File.AppendAllTextAsync(_patient.Folder.Main, $"host = 127.0.0.1\nport = {port}\n", Cancelled);
        await using var probe = new ServerProbe(_patient.Settings.Gateway, null, TimeProvider.System);
        var server = new Lazy<ServerProbe>(() => probe);

        await Expect(new DnsHealth(server), Health.Ok, $"127.0.0.1:{port}");
        await Expect(new TcpHealth(server), Health.Broken, $"127.0.0.1:{port} cannot be reached");
        await Expect(new TlsHealth(server, _patient.Time), Health.Skipped, "step before");
    }

    [Fact]
    public async Task A_server_that_is_none_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await File.AppendAllTextAsync(_patient.Folder.Main, $"host = 127.0.0.1\nport = {((IPEndPoint)listener.LocalEndpoint).Port}\n", Cancelled);
        await using var probe = new ServerProbe(_patient.Settings.Gateway, null, TimeProvider.System);
        var server = new Lazy<ServerProbe>(() => probe);
        var answered = Task.Run(
            async () =>
            {
                using var client = await listener.AcceptTcpClientAsync(Cancelled);
                await client.GetStream().WriteAsync("SSH-2.0-OpenSSH\r\n"u8.ToArray(), Cancelled);
                await client.GetStream().CopyToAsync(Stream.Null, Cancelled);
            },
            Cancelled);

        await Expect(new TcpHealth(server), Health.Ok, "takes connections");
        await Expect(new TlsHealth(server, _patient.Time), Health.Broken, "TLS cannot be negotiated");
        await answered;
    }

    [Theory]
    [InlineData(100, false, Health.Ok)]
    [InlineData(10, false, Health.Warning)]
    [InlineData(100, true, Health.Warning)]
    public void A_certificate_that_ends_soon_or_was_not_checked_is_a_warning(int days, bool isUnprotected, object health) => Assert.Equal(
        (Health)health,
        new TlsHealth(null, _patient.Time).Judge(new ProbedStep("Seen.", null) { ValidUntil = _patient.Time.GetUtcNow().AddDays(days), IsUnprotected = isUnprotected }).Health);

    [Fact]
    public async Task The_login_is_asked_for_and_not_tried()
    {
        await Expect(new LoginHealth(_patient.Examined()), Health.Ok, "stands since 2026-03-05 08:00:00");
        await Expect(new LoginHealth(_patient.Examined(isRunning: false)), Health.Broken, "does not run");
        _patient.Report = _patient.Report with { Connection = "waiting", ConnectedSince = null, LastError = "The server is away." };
        await Expect(new LoginHealth(_patient.Examined()), Health.Broken, "The server is away.");
    }

    [Fact]
    public async Task A_copied_disk_is_told_by_the_daemon()
    {
        await Expect(new CloneHealth(_patient.Examined(isRunning: false)), Health.Skipped, "running daemon");
        await Expect(new CloneHealth(_patient.Examined()), Health.Skipped, "not registered");
        _patient.Report = _patient.Report with { CloneCheck = CloneReport.Same };
        await Expect(new CloneHealth(_patient.Examined()), Health.Ok, "the machine that was registered");
        _patient.Report = _patient.Report with { CloneCheck = new CloneReport(false, ["machine id"]) };
        await Expect(new CloneHealth(_patient.Examined()), Health.Ok, "different since then: machine id");
        _patient.Report = _patient.Report with { CloneCheck = new CloneReport(true, ["product serial"]) };
        await Expect(new CloneHealth(_patient.Examined()), Health.Broken, "product serial");
    }

    [Fact]
    public async Task Lider_that_answers_and_Lider_that_does_not()
    {
        var gateway = _patient.Settings.Gateway;
        await Expect(new LiderHealth(_patient.Examined(), gateway), Health.Ok, "answered a ping");
        _patient.Answer = _ => new IqAnswer(IqOutcome.Error, null, "service-unavailable");
        await Expect(new LiderHealth(_patient.Examined(), gateway), Health.Warning, "does not answer (service-unavailable)");
        _patient.Answer = _ => new IqAnswer(IqOutcome.Error, null, "feature-not-implemented");
        await Expect(new LiderHealth(_patient.Examined(), gateway), Health.Ok, "is logged in, but does not know pings");
        _patient.Answer = _ => new IqAnswer(IqOutcome.TimedOut);
        await Expect(new LiderHealth(_patient.Examined(), gateway), Health.Warning, "no answer in time");
        _patient.Report = _patient.Report with { Connection = "waiting" };
        await Expect(new LiderHealth(_patient.Examined(), gateway), Health.Skipped, "no session");
    }

    [Theory]
    [InlineData(0, null, 0, Health.Ok)]
    [InlineData(5, null, 0, Health.Ok)]
    [InlineData(6, null, 0, Health.Warning)]
    [InlineData(600, 600, 0, Health.Warning)]
    [InlineData(0, 0, 1, Health.Ok)]
    [InlineData(0, 6, 1, Health.Warning)]
    [InlineData(0, null, 1, Health.Warning)]
    public async Task A_ping_that_is_answered_for_Lider_is_weighed_by_what_it_did_of_late(int heardBefore, int? confirmedBefore, int unconfirmed, object health)
    {
        var now = _patient.Time.GetUtcNow();
        _patient.Answer = _ => new IqAnswer(IqOutcome.Error, null, "service-unavailable");
        _patient.Report = _patient.Report with
        {
            LiderHeardAt = now.AddMinutes(-heardBefore),
            LiderConfirmedAt = confirmedBefore is { } minutes ? now.AddMinutes(-minutes) : null,
            Outbox = new OutboxFigures(0, unconfirmed, 0, 0),
        };

        await Expect(new LiderHealth(_patient.Examined(), _patient.Settings.Gateway), (Health)health, $"last heard at {now.AddMinutes(-heardBefore).UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
    }

    [Theory]
    [InlineData("08:39:30", Health.Ok, "30 s ahead of")]
    [InlineData("08:50:00", Health.Warning, "600 s behind")]
    [InlineData("23:00:00", Health.Broken, "51600 s behind")]
    public async Task The_clock(string theirs, object health, string found)
    {
        _patient.Answer = _ => new IqAnswer(IqOutcome.Result, $"<time xmlns='urn:xmpp:time'><tzo>+03:00</tzo><utc>2026-03-05T{theirs}Z</utc></time>");

        await Expect(new ClockHealth(_patient.Examined(), _patient.Settings.Gateway), (Health)health, found);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("<time xmlns='urn:xmpp:time'/>")]
    [InlineData("<time xmlns='urn:xmpp:time'><utc>soon</utc></time>")]
    [InlineData("<time")]
    public async Task A_server_that_does_not_tell_its_time_leaves_the_clock_unknown(string? payload)
    {
        _patient.Answer = _ => new IqAnswer(IqOutcome.Result, payload);

        await Expect(new ClockHealth(_patient.Examined(), _patient.Settings.Gateway), Health.Skipped, "does not tell its time");
    }

    [Fact]
    public async Task Plugins_that_are_broken_are_named_with_their_reasons() =>
        await Expect(new PluginHealth(_patient.Examined()), Health.Warning, "conky cannot be used: It is broken.");

    [Fact]
    public async Task The_file_server_is_known_from_the_last_transfer()
    {
        await Expect(new FileServerHealth(_patient.Examined()), Health.Skipped, "Not known until a task");
        _patient.FileServer.Note("sftp://files", "It refused the password.");
        await Expect(new FileServerHealth(_patient.Examined()), Health.Warning, "It refused the password.");
        _patient.FileServer.Note("sftp://files", null);
        await Expect(new FileServerHealth(_patient.Examined()), Health.Ok, "went well");
    }

    private static async Task Expect(IHealthCheck check, Health health, string found)
    {
        var finding = await check.CheckAsync(Cancelled);
        Assert.True(finding.Health == health && finding.Found.Contains(found, StringComparison.Ordinal), $"{finding.Health}: {finding.Found}");
    }
}
