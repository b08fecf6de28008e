using System.Diagnostics.Metrics;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Diagnostics;

/// <summary>What is measured when it is asked for: how the agent is, and its process.</summary>
internal sealed class AgentGauges : IDisposable
{
    private readonly Meter _meter = new(AgentMetrics.MeterName);
    private readonly IAgentControl _agent;
    private readonly IOutbox _outbox;
    private readonly TimeProvider _time;
    private AgentReport? _report;
    private double _oldest;

    /// <summary>Makes the instruments.</summary>
    public AgentGauges(IAgentControl agent, IOutbox outbox, TimeProvider time)
    {
        _agent = agent;
        _outbox = outbox;
        _time = time;
        OfReport("ahenk.connection.up", null, "1 while an XMPP session stands, else 0.", report => report.ConnectedSince is null ? 0 : 1);
        OfReport("ahenk.tasks.unfinished", "{task}", "Tasks that are not finished; those that wait for their schedule are not among them.", report => report.UnfinishedTasks);
        OfReport("ahenk.outbox.size", "By", "Bytes of all messages in the outbox.", report => report.Outbox.Bytes);
        _meter.CreateObservableGauge("ahenk.outbox.messages", Messages, "{message}", "Messages for Lider in the outbox.");
        _meter.CreateObservableGauge("ahenk.outbox.oldest_age", () => _oldest, "s", "For how long the oldest message that was not sent could have been; 0: there is none.");
        _meter.CreateObservableCounter(
            "ahenk.outbox.dropped", () => Figure(report => report.Outbox.Dropped), "{message}", "Messages that were dropped since the database was made.");
        _meter.CreateObservableCounter(
            "ahenk.messages.foreign", () => Figure(report => report.ForeignMessages), "{message}", "Messages of others than Lider, which were not heard.");
        AddProcess(time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
    }

    /// <summary>Asks the agent how it is: instruments are read without waiting.</summary>
    public async Task RefreshAsync()
    {
        _report = await _agent.GetReport();
        _oldest = await _outbox.NextDueAsync() is { } due ? Math.Max(0, (_time.GetUtcNow() - due).TotalSeconds) : 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void AddProcess(double startedAt)
    {
        _meter.CreateObservableGauge("ahenk.process.memory.rss", () => Environment.WorkingSet, "By", "Memory of the daemon that is resident.");
        _meter.CreateObservableCounter("ahenk.process.cpu.time", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "Processor time of the daemon.");
        _meter.CreateObservableGauge("ahenk.process.start_time", () => startedAt, "s", "When the daemon started, in seconds since 1970.");
        _meter.CreateObservableGauge("ahenk.gc.heap.size", () => GC.GetTotalMemory(forceFullCollection: false), "By", "Managed memory in use.");
    }

    private void OfReport(string name, string? unit, string description, Func<AgentReport, long> read) =>
        _meter.CreateObservableGauge(name, () => Figure(read), unit, description);

    /// <summary>Nothing until it has been asked for.</summary>
    private IEnumerable<Measurement<long>> Figure(Func<AgentReport, long> read) => _report is { } report ? [new Measurement<long>(read(report))] : [];

    private IEnumerable<Measurement<long>> Messages() => _report is not { Outbox: var figures } ? [] :
    [
        new Measurement<long>(figures.Pending, new KeyValuePair<string, object?>("ahenk.outbox.state", "pending")),
        new Measurement<long>(figures.Unconfirmed, new KeyValuePair<string, object?>("ahenk.outbox.state", "unconfirmed")),
    ];
}
