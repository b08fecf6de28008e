using System.Diagnostics.Metrics;

namespace Ahenk.Grains.Interfaces;

/// <summary>
/// What the agent counts of its own work, one line a touch; docs/metrics.md explains each instrument. While nobody listens a touch is a comparison. No attribute
/// holds what comes from outside: every value is one of ours, or the name of a plugin that is installed.
/// </summary>
public static class AgentMetrics
{
    /// <summary>The name of the agent's meters.</summary>
    public const string MeterName = "Ahenk";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
    };

    private static readonly InstrumentAdvice<double> ShortSeconds = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10],
    };

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> TasksReceived = Meter.CreateCounter<long>(
        "ahenk.tasks.received", "{task}", "Tasks that Lider sent and that were stored.");

    private static readonly Counter<long> TasksFinished = Meter.CreateCounter<long>(
        "ahenk.tasks.finished", "{task}", "Tasks, and runs of scheduled tasks, whose final answer was stored.");

    private static readonly Histogram<double> TaskDuration = Meter.CreateHistogram(
        "ahenk.tasks.duration", "s", "Time from a task's arrival to its stored answer; scheduled tasks are left out.", tags: null, Seconds);

    private static readonly Counter<long> RunsPassed = Meter.CreateCounter<long>(
        "ahenk.schedule.passed", "{run}", "Runs of scheduled tasks that were due and did not start.");

    private static readonly Counter<long> PluginCalls = Meter.CreateCounter<long>(
        "ahenk.plugin.calls", "{call}", "Commands, profiles and modes that a plugin was given and has ended.");

    private static readonly Histogram<double> PluginDuration = Meter.CreateHistogram(
        "ahenk.plugin.duration", "s", "How long a plugin took for one of them.", tags: null, Seconds);

    private static readonly Counter<long> PoliciesApplied = Meter.CreateCounter<long>(
        "ahenk.policies.applied", "{profile}", "Profiles of policies that were applied.");

    private static readonly Counter<long> Logins = Meter.CreateCounter<long>("ahenk.people.logins", "{login}", "Users who logged in.");

    private static readonly Counter<long> Logouts = Meter.CreateCounter<long>("ahenk.people.logouts", "{logout}", "Users who logged out.");

    private static readonly Counter<long> Sessions = Meter.CreateCounter<long>(
        "ahenk.connection.sessions", "{session}", "XMPP sessions that came to stand; all but the first are reconnections.");

    private static readonly Counter<long> StanzasReceived = Meter.CreateCounter<long>(
        "ahenk.connection.stanzas.received", "{stanza}", "Stanzas that came from the XMPP server.");

    private static readonly Counter<long> StanzasSent = Meter.CreateCounter<long>(
        "ahenk.connection.stanzas.sent", "{stanza}", "Stanzas that were given to the connection.");

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram(
        "ahenk.database.commit.duration", "s", "How long the database took for a commit; synced: with an fsync.", tags: null, ShortSeconds);

    /// <summary>A task was stored.</summary>
    public static void TaskReceived() => TasksReceived.Add(1);

    /// <summary>A task's final answer was stored.</summary>
    /// <param name="code">Its code on the wire.</param>
    /// <param name="took">How long after it came; <see langword="null"/>: that says nothing, or is not known.</param>
    public static void TaskFinished(string code, TimeSpan? took)
    {
        TasksFinished.Add(1, Attribute("ahenk.task.code", code));
        if (took is { } time)
        {
            TaskDuration.Record(Math.Max(0, time.TotalSeconds), Attribute("ahenk.task.code", code));
        }
    }

    /// <summary>A run of a scheduled task was passed over.</summary>
    /// <param name="code">Why: a code of <see cref="RunCodes"/>, or that of its answer.</param>
    public static void RunPassed(string code) => RunsPassed.Add(1, Attribute("ahenk.schedule.code", code));

    /// <summary>A plugin has ended what it was given.</summary>
    /// <param name="plugin">The plugin, which is installed.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="took">How long it took.</param>
    public static void PluginCalled(string plugin, TaskOutcome outcome, TimeSpan took)
    {
        if (PluginCalls.Enabled)
        {
            PluginCalls.Add(1, Attribute("ahenk.plugin.name", plugin), Attribute("ahenk.outcome", outcome.Code.ToString().ToLowerInvariant()));
        }

        PluginDuration.Record(took.TotalSeconds, Attribute("ahenk.plugin.name", plugin));
    }

    /// <summary>A profile was applied, or was not.</summary>
    /// <param name="outcome">How it ended.</param>
    public static void PolicyApplied(TaskOutcome outcome)
    {
        if (PoliciesApplied.Enabled)
        {
            PoliciesApplied.Add(1, Attribute("ahenk.outcome", outcome.Code.ToString().ToLowerInvariant()));
        }
    }

    /// <summary>A user logged in.</summary>
    public static void LoggedIn() => Logins.Add(1);

    /// <summary>A user logged out.</summary>
    public static void LoggedOut() => Logouts.Add(1);

    /// <summary>An XMPP session stands.</summary>
    /// <param name="resumed">Whether it goes on with an earlier stream.</param>
    public static void SessionStands(bool resumed) => Sessions.Add(1, Attribute("ahenk.connection.resumed", resumed ? "true" : "false"));

    /// <summary>A stanza came.</summary>
    public static void StanzaReceived() => StanzasReceived.Add(1);

    /// <summary>A stanza goes.</summary>
    public static void StanzaSent() => StanzasSent.Add(1);

    /// <summary>The database has committed.</summary>
    /// <param name="synced">Whether with an fsync.</param>
    /// <param name="took">How long it took.</param>
    public static void Committed(bool synced, TimeSpan took) => CommitDuration.Record(took.TotalSeconds, Attribute("ahenk.database.synced", synced ? "true" : "false"));

    private static KeyValuePair<string, object?> Attribute(string name, string value) => new(name, value);
}
