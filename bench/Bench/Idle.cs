using System.Globalization;
using Ahenk.TestSite;
using Ahenk.XmppServers;
using static Ahenk.Bench.Report;

namespace Ahenk.Bench;

/// <summary>
/// The daemon as the package installs it (self-contained, precompiled, with all plugins of the package and the default configuration), registered, connected, and
/// with nothing to do.
/// </summary>
internal static class Idle
{
    private const int CommandRuns = 50;

    /// <returns>How many violations of the wire contract there were.</returns>
    public static async Task<int> MeasureAsync(bool quick, CancellationToken cancellationToken)
    {
        await using var site = await Site.CreateAsync(new ProsodyServer(), cancellationToken: cancellationToken);
        site.Agent.Program = BuiltAgent.PackagedDaemon;
        site.Agent.Set("PLUGIN", "pluginfolderpath", BuiltAgent.PackagedPlugins);
        await site.BringOnlineAsync(cancellationToken);
        await site.Agent.WaitForStatusAsync(status => (string?)status["registration"] == "verified", "verified", TimeSpan.FromSeconds(30), cancellationToken);

        var load = new Load(site, cancellationToken);
        var starts = new List<double>();
        for (var run = 0; run < (quick ? 3 : 7); run++)
        {
            await site.Agent.StopAsync();
            starts.Add(await load.StartAsync());
        }

        Line("packaged daemon: start to session", "median {0:0.00} s, {1:0.00} to {2:0.00} s", Samples.Median(starts), starts.Min(), starts.Max());

        await CommandsAsync(site, cancellationToken);

        // Longer than anything that follows a start: the trim of the heap, the checkpoint of the database.
        await Task.Delay(TimeSpan.FromSeconds(quick ? 60 : 300), cancellationToken);
        var before = ProcessFigures.Read(site.Agent.ProcessId);
        await Task.Delay(TimeSpan.FromSeconds(quick ? 60 : 120), cancellationToken);
        var after = ProcessFigures.Read(site.Agent.ProcessId);
        var hours = (after.At - before.At).TotalHours;
        var window = string.Create(CultureInfo.InvariantCulture, $"scaled from {(after.At - before.At).TotalSeconds:0} s");
        Line("  memory", "RSS {0:0.0} MB, PSS {1:0.0} MB, private dirty {2:0.0} MB", after.Rss, after.Pss, after.PrivateDirty);
        Line("  processor time an hour", "{0:0.0} s ({1})", (after.CpuSeconds - before.CpuSeconds) / hours, window);
        Line("  disk writes an hour", "{0:0} KiB in {1:0} calls, those to sockets among them ({2})", (after.WrittenBytes - before.WrittenBytes) / 1024.0 / hours, (after.WriteCalls - before.WriteCalls) / hours, window);
        Line("  wake-ups", "{0:0.0} voluntary context switches/s", (after.Switches - before.Switches) / (hours * 3600));
        return site.Lider.Violations.Count;
    }

    /// <summary>From the start of the command's process until it is gone.</summary>
    private static async Task CommandsAsync(Site site, CancellationToken cancellationToken)
    {
        foreach (var word in (string[])["version", "status"])
        {
            var took = new List<double>();
            for (var run = 0; run < CommandRuns; run++)
            {
                var ended = await AhenkCommand.RunAsync([BuiltAgent.PackagedCommand, word, "--socket", site.Agent.ControlSocket], "", cancellationToken);
                took.Add(ended.ExitCode == 0 ? ended.Took.TotalMilliseconds : throw new InvalidOperationException($"ahenk {word} ended with {ended.ExitCode}: {ended.Output}"));
            }

            var samples = new Samples(took);
            Line($"packaged ahenk {word}, {CommandRuns} runs", "median {0:0} ms, p99 {1:0} ms  (target: under 150)", samples.At(50), samples.At(99));
        }
    }
}
