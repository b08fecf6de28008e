using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Diagnostics;

/// <summary>Writes or sends the metrics, again and again. What cannot be taken by one place or once is told when that begins and when it ends.</summary>
internal sealed partial class MetricsExport(
    DiagnosticsOptions options, AgentGauges gauges, AgentVersion version, TimeProvider time, ILogger<MetricsExport> logger) : BackgroundService
{
    private const string OrleansMeter = "Microsoft.Orleans";

    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string[] meters = options.MetricsOfOrleans ? [AgentMetrics.MeterName, OrleansMeter] : [AgentMetrics.MeterName];
        var places = new List<Place>();
        if (options.MetricsFile is { } path)
        {
            places.Add(new Place(path, () => OpenFile(path, meters)));
        }

        if (options.OtlpEndpoint is { } endpoint)
        {
            places.Add(new Place(endpoint.ToString(), () => OpenCollector(endpoint, meters)));
        }

        foreach (var place in places)
        {
            // Before the first look at the agent, which may take long: what is counted meanwhile is not to be lost.
            await Attempt(place.Name, () => Task.Run(place.Open, CancellationToken.None));
        }

        using var timer = new PeriodicTimer(options.MetricsInterval, time);
        do
        {
            await Attempt("the state of the agent", gauges.RefreshAsync);
            foreach (var place in places)
            {
                // Off the loop's thread: both may wait.
                await Attempt(place.Name, () => Task.Run(place.Put, CancellationToken.None));
            }
        }
        while (await Tick(timer, stoppingToken));
        places.ForEach(place => place.Dispose());
    }

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static (Action Put, IDisposable Owner) OpenFile(string path, string[] meters)
    {
        var collector = new MetricCollector(meters);
        return (() => MetricsFile.Write(path, PrometheusText.Write(collector.Collect())), collector);
    }

    /// <summary>In a method of its own: OpenTelemetry's assemblies are loaded when it is called, and not before.</summary>
    private (Action Put, IDisposable Owner) OpenCollector(Uri endpoint, string[] meters)
    {
        var export = new OtlpExport(endpoint, options.OtlpHeaders, meters, version);
        return (export.Send, export);
    }

    private async Task Attempt(string place, Func<Task> export)
    {
        try
        {
            await export();
            if (_failing.Remove(place))
            {
                LogBack(place);
            }
        }
        catch (Exception failure)
        {
            // Metrics are never worth the agent; whatever it is, the next attempt may go well.
            if (_failing.Add(place))
            {
                LogFailed(place, options.MetricsInterval.TotalSeconds, failure.Message);
            }
        }
    }

    [LoggerMessage(3990, LogLevel.Warning, "[METRICS] {Place}: metrics could not be read or put there, next attempt in {Seconds} s: {Reason}")]
    private partial void LogFailed(string place, double seconds, string reason);

    [LoggerMessage(3991, LogLevel.Information, "[METRICS] {Place}: metrics arrive again")]
    private partial void LogBack(string place);

    /// <summary>Where metrics go. What cannot be opened fails as what cannot be reached does, and is tried again.</summary>
    private sealed class Place(string name, Func<(Action Put, IDisposable Owner)> open) : IDisposable
    {
        private (Action Put, IDisposable Owner)? _opened;

        public string Name => name;

        public void Open() => _opened ??= open();

        public void Put() => (_opened ??= open()).Put();

        public void Dispose() => _opened?.Owner.Dispose();
    }
}
