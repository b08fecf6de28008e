using System.Globalization;
using Ahenk.Bench;
using Ahenk.LiderSimulator;
using Ahenk.TestSite;
using Ahenk.XmppServers;
using static Ahenk.Bench.Report;

// ./dev.sh bench [--quick] [schedule|login|idle]   All figures of one run on one machine: only their ratios mean something elsewhere. With a word: those of one subject only.
var quick = args.Contains("--quick");
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(60));
var cancellationToken = limit.Token;

if (args.Contains("idle"))
{
    return Judge(await Idle.MeasureAsync(quick, cancellationToken));
}

await using var site = await Site.CreateAsync(new ProsodyServer(), cancellationToken: cancellationToken);
site.Agent.Set("CONNECTION", "answer_delay_ms", "0").Set("BASE", "loglevel", "warning");
await site.BringOnlineAsync(cancellationToken);
await site.Agent.WaitForStatusAsync(status => (string?)status["registration"] == "verified", "verified", TimeSpan.FromSeconds(30), cancellationToken);

var load = new Load(site, cancellationToken);
if (args.Contains("schedule"))
{
    await new ScheduledTasks(site, load, quick, cancellationToken).MeasureAsync();
    return Violations();
}

if (args.Contains("login"))
{
    await new Logins(site, load, quick, cancellationToken).MeasureAsync();
    return Violations();
}

const string FloorName = "floor";
await site.Server.AddAccountAsync(FloorName, "floor", cancellationToken);
await using var floorAgent = await BareAgent.ConnectAsync(
    new BareAgentOptions { Server = site.Bare with { UseTls = true }, Name = FloorName, Password = "floor", RequestReceipts = true }, cancellationToken);
await site.Lider.AddAgentAsync(FloorName, "floor", ["aa:bb:cc:00:11:22"], cancellationToken);

var fsync = Fsync.Measure(Path.GetDirectoryName(site.Agent.Database)!, 200);
Line("fsync of a 4 KiB append", "p50 {0:0.000} ms, p95 {1:0.000} ms", fsync.At(50), fsync.At(95));

await load.RoundTripsAsync(FloorName, 200);
await load.RoundTripsAsync(site.AgentName, 200);
var floorTrip = await load.RoundTripsAsync(FloorName, 500);
var agentTrip = await load.RoundTripsAsync(site.AgentName, 500);
Line("round trip, bare client", "p50 {0:0.00} ms, p95 {1:0.00} ms, p99 {2:0.00} ms", floorTrip.At(50), floorTrip.At(95), floorTrip.At(99));
Line("round trip, Ahenk", "p50 {0:0.00} ms, p95 {1:0.00} ms, p99 {2:0.00} ms", agentTrip.At(50), agentTrip.At(95), agentTrip.At(99));
Line("  p50 / (floor p50 + 2 fsyncs)", "{0:0.00}  (target: at most 1.5)", agentTrip.At(50) / (floorTrip.At(50) + (2 * fsync.At(50))));

var floorRate = Samples.Median(await load.BurstsAsync(FloorName, 2000, 3));
var agentRate = Samples.Median(await load.BurstsAsync(site.AgentName, 2000, 3));
Line("2,000 tasks at once, bare client", "{0:0} tasks/s", floorRate);
Line("2,000 tasks at once, Ahenk", "{0:0} tasks/s  (target: at least 1,000)", agentRate);
Line("  share of the floor", "{0:0.00}  (target: at least 0.33)", agentRate / floorRate);

var starts = new List<double>();
for (var run = 0; run < (quick ? 3 : 7); run++)
{
    await site.Agent.StopAsync();
    starts.Add(await load.StartAsync());
}

Line("start of the process to session", "median {0:0.00} s, {1:0.00} to {2:0.00} s  (target: under 1.2)", Samples.Median(starts), starts.Min(), starts.Max());

var settle = TimeSpan.FromSeconds(quick ? 20 : 300);
await Task.Delay(settle, cancellationToken);
var before = ProcessFigures.Read(site.Agent.ProcessId);
await Task.Delay(TimeSpan.FromSeconds(quick ? 20 : 60), cancellationToken);
var after = ProcessFigures.Read(site.Agent.ProcessId);
var during = after.At - before.At;
Line("idle memory, " + settle.TotalSeconds.ToString(CultureInfo.InvariantCulture) + " s after start", "RSS {0:0.0} MB (target: at most 95), PSS {1:0.0} MB", after.Rss, after.Pss);
Line("  of it private", "{0:0.0} MB dirty (target: at most 45), {1:0.0} MB clean (files nobody else maps), {2:0.0} MB anonymous", after.PrivateDirty, after.PrivateClean, after.Anonymous);
Line("idle CPU", "{0:0.00} % of a core over {1:0} s (target: at most 0.3)", (after.CpuSeconds - before.CpuSeconds) / during.TotalSeconds * 100, during.TotalSeconds);
Line("idle wake-ups", "{0:0.0} voluntary context switches/s", (after.Switches - before.Switches) / during.TotalSeconds);

var plugins = new PluginFigures(site, load, TimeSpan.FromSeconds(quick ? 20 : 30), cancellationToken);
Line("Python plugin, first call", "{0:0} ms, its process started for it", await plugins.FirstPythonCallAsync());
Line("Python plugin, later calls", "p50 {0:0.0} ms", (await plugins.PythonCallsAsync(100)).At(50));
var (without, with) = await plugins.IdlePluginsAsync();
Line("22 idle plugins", "{0:+0.0;-0.0} MB RSS (target: under 10), {1:+0.0;-0.0} MB private dirty", with.Rss - without.Rss, with.PrivateDirty - without.PrivateDirty);
await new ScheduledTasks(site, load, quick, cancellationToken).MeasureAsync();
await new Logins(site, load, quick, cancellationToken).MeasureAsync();
await site.Agent.StopAsync();
return Judge(site.Lider.Violations.Count + await Idle.MeasureAsync(quick, cancellationToken));

int Violations() => Judge(site.Lider.Violations.Count);

static int Judge(int violations)
{
    Line("violations of the wire contract", "{0}", violations);
    return violations == 0 ? 0 : 1;
}
