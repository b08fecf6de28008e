using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Ahenk.Cli.Tests;

/// <summary>Where there is no systemd: the daemon is asked, and its process is waited for.</summary>
[Trait("Category", "Integration")]
public sealed class StopTests
{
    [Fact]
    public async Task A_daemon_that_has_ended_is_gone_although_what_started_it_does_not_ask_for_it()
    {
        await using var site = new CommandSite();
        using var parent = Start("sh", "-c", "true & echo $!; exec sleep 600");
        try
        {
            var daemon = int.Parse((await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
            site.Daemon.Answer("stop", new JsonObject { ["pid"] = daemon, ["within_seconds"] = 60 });

            Assert.Equal(new CommandResult(0, "The daemon has ended.\n", ""), await site.RunAsync("stop"));
        }
        finally
        {
            await EndAsync(parent);
        }
    }

    [Fact]
    public async Task A_daemon_that_goes_on_past_the_time_is_no_success()
    {
        await using var site = new CommandSite();
        using var daemon = Start("sleep", "600");
        try
        {
            site.Daemon.Answer("stop", new JsonObject { ["pid"] = daemon.Id, ["within_seconds"] = 1 });

            var (code, output, error) = await site.RunAsync("stop");

            Assert.Equal((1, ""), (code, output));
            Assert.Contains($"(process {daemon.Id}) still runs after 1 s", error, StringComparison.Ordinal);
        }
        finally
        {
            await EndAsync(daemon);
        }
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    private static async Task EndAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
