using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;
using static Ahenk.Bench.Report;

namespace Ahenk.Bench;

/// <summary>What ten thousand scheduled tasks cost, and how many of them can be due at once.</summary>
internal sealed class ScheduledTasks(Site site, Load load, bool quick, CancellationToken cancellationToken)
{
    private const int All = 10_000;
    private const int Due = 1000;
    private const long FirstId = 5_000_000;

    public async Task MeasureAsync()
    {
        var empty = await StartAsync();
        var emptyFigures = await SettleAsync();
        await SendAsync();
        var full = await StartAsync();
        var before = await SettleAsync();
        await Task.Delay(TimeSpan.FromSeconds(quick ? 20 : 60), cancellationToken);
        var after = ProcessFigures.Read(site.Agent.ProcessId);
        var during = (after.At - before.At).TotalSeconds;
        Line("10,000 scheduled tasks: start", "{0:0.00} s, without them {1:0.00} s  (target: less than 3 s more)", full, empty);
        Line("  memory 30 s after it", "RSS {0:0.0} MB, without them {1:0.0} MB  (target: less than 40 MB more)", before.Rss, emptyFigures.Rss);
        Line("  idle CPU", "{0:0.00} % of a core over {1:0} s (target: at most 1)", (after.CpuSeconds - before.CpuSeconds) / during * 100, during);
        await RunDueAsync();
    }

    private async Task<double> StartAsync()
    {
        var starts = new List<double>();
        for (var run = 0; run < 3; run++)
        {
            await site.Agent.StopAsync();
            starts.Add(await load.StartAsync());
        }

        return Samples.Median(starts);
    }

    /// <summary>After the trim that follows the start.</summary>
    private async Task<ProcessFigures> SettleAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        return ProcessFigures.Read(site.Agent.ProcessId);
    }

    /// <summary>Tasks whose times lie months ahead, sent by Lider as any others.</summary>
    private async Task SendAsync()
    {
        var day = DateTime.Today.AddMonths(2);
        for (var index = 0; index < All; index++)
        {
            var at = day.AddMinutes(index * 20);
            await site.Lider.SendTaskAsync(
                site.AgentName, new TaskOrder(FirstId + index, "probe", "NOOP", new JsonObject()) { Cron = Cron(at) }, cancellationToken);
        }

        // The last one in answers when those before it are stored.
        await load.RoundTripsAsync(site.AgentName, 20);
        await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
    }

    private async Task RunDueAsync()
    {
        // A minute that begins when all updates have arrived for sure.
        var minute = DateTimeOffset.Now.AddMinutes(2);
        minute = new DateTimeOffset(minute.Year, minute.Month, minute.Day, minute.Hour, minute.Minute, 0, minute.Offset);
        var ids = Enumerable.Range(0, Due).Select(index => FirstId + (index * (All / Due))).ToArray();
        foreach (var id in ids)
        {
            await site.Lider.UpdateScheduledTaskAsync(site.AgentName, id, Cron(minute.DateTime), cancellationToken);
        }

        await site.Lider.Tasks.WaitForAnswersAsync(ids, TimeSpan.FromMinutes(5), cancellationToken);
        var late = new Samples(ids.Select(id => (site.Lider.Tasks.Find(id)!.Final!.ReceivedAt - minute).TotalMilliseconds));
        Line(
            "  1,000 of them due in one minute",
            "answered after {0:0.00} s (first), {1:0.00} s (half), {2:0.00} s (all)  (target: all started within 60 s)",
            late.At(0) / 1000,
            late.At(50) / 1000,
            late.At(100) / 1000);
    }

    private static string Cron(DateTime at) => string.Create(CultureInfo.InvariantCulture, $"{at.Minute} {at.Hour} {at.Day} {at.Month} *");
}
