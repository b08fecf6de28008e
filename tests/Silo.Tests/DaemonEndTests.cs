using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Ahenk.Silo.Tests;

/// <summary>The real process: how it starts beside another one, and how it ends.</summary>
[Trait("Category", "Integration")]
public sealed class DaemonEndTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-end-").FullName;

    private string Socket => Path.Combine(_folder, "run", "control.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_second_daemon_is_refused_with_the_process_of_the_first_which_goes_on_and_one_after_a_kill_starts()
    {
        var configuration = DaemonProcess.Configure(_folder);
        using var first = DaemonProcess.Start(configuration);
        await first.WhenAsync(() => File.Exists(Socket), "The control socket");

        using var second = DaemonProcess.Start(configuration);
        Assert.Equal(5, await second.ExitAsync());
        Assert.Contains($"(process {first.Id})", second.Output, StringComparison.Ordinal);
        Assert.NotNull((await Call("status"))["result"]);

        await first.KillAsync();
        Assert.True(File.Exists(Socket));
        using var third = DaemonProcess.Start(configuration);
        await third.WhenAsync(() => third.Output.Contains("'ahenk register", StringComparison.Ordinal), "The third one's start");
        third.Terminate();
        Assert.Equal(0, await third.ExitAsync());
        Assert.False(File.Exists(Path.Combine(_folder, "state", "ahenk.db-wal")), "The write-ahead log is left.");
    }

    [Fact]
    public async Task A_hanging_plugin_is_ended_by_force_shutdown_modes_run_and_systemd_hears_of_it()
    {
        var begun = Path.Combine(_folder, "begun");
        var shut = Path.Combine(_folder, "shut");
        DaemonProcess.AddPlugin(_folder, "hangs", "\"init\"", $"trap '' TERM\ntouch {begun}\nwhile :; do sleep 1; done");
        DaemonProcess.AddPlugin(_folder, "shuts", "\"shutdown\"", $"touch {shut}\nprintf '{{\"code\":\"processed\",\"message\":\"\"}}'");
        using var systemd = new NotifySocket();
        using var daemon = DaemonProcess.Start(
            DaemonProcess.Configure(_folder, shutdownTimeout: 1), ("NOTIFY_SOCKET", systemd.Path), ("WATCHDOG_USEC", "1000000"));
        await systemd.ReadUntilAsync(text => text == "READY=1");
        await systemd.ReadUntilAsync(text => text == "WATCHDOG=1");
        await daemon.WhenAsync(() => File.Exists(begun), "The plugin's init mode");

        daemon.Terminate();
        daemon.Terminate();
        await systemd.ReadUntilAsync(text => text == $"STOPPING=1\nEXTEND_TIMEOUT_USEC={(1 + 20 + 5 + 30) * 1_000_000}");
        daemon.Terminate();

        Assert.Equal(0, await daemon.ExitAsync());
        Assert.True(File.Exists(shut), daemon.Output);
        Assert.Contains("ended by force: hangs (", daemon.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("left behind", daemon.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_control_socket_ends_it_and_says_which_process_it_is()
    {
        using var daemon = DaemonProcess.Start(DaemonProcess.Configure(_folder));
        await daemon.WhenAsync(() => File.Exists(Socket), "The control socket");

        var result = (await Call("stop"))["result"]!;

        Assert.Equal((daemon.Id, 115), ((int)result["pid"]!, (int)result["within_seconds"]!));
        Assert.Equal(0, await daemon.ExitAsync());
        Assert.Contains("stop", File.ReadAllText(Path.Combine(_folder, "audit.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_during_the_start_ends_it_in_order()
    {
        using var daemon = DaemonProcess.Start(DaemonProcess.Configure(_folder));
        await daemon.WhenAsync(() => File.Exists(Path.Combine(_folder, "state", "ahenkd.lock")), "The lock");

        daemon.Terminate();

        Assert.Equal(0, await daemon.ExitAsync());
    }

    private async Task<JsonNode> Call(string method)
    {
        var token = TestContext.Current.CancellationToken;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), token);
        await using var stream = new NetworkStream(socket);
        await using var writer = new StreamWriter(stream);
        await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"method":"{{method}}","id":1}"""));
        await writer.FlushAsync(token);
        using var reader = new StreamReader(stream);
        return JsonNode.Parse((await reader.ReadLineAsync(token))!)!;
    }
}
