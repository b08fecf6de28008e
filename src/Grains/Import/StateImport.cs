using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Import;

/// <summary>Turns what the Python Ahenk knew into this agent's state. Each thing that is wrong is told and left out; the others are taken over.</summary>
public sealed class StateImport
{
    private readonly IReadOnlyList<Document> _documents;
    private readonly IReadOnlyList<ScheduledImport> _tasks;

    /// <summary>Reads and checks all of it; nothing is stored yet.</summary>
    /// <param name="old">What it knew.</param>
    /// <param name="machine">The machine's name at Lider.</param>
    /// <param name="options">How scheduled tasks are run.</param>
    /// <param name="boot">This run of the machine.</param>
    /// <param name="bootedAt">When it began.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Is told what is taken over, and what is not.</param>
    public StateImport(
        OldAgent old, string machine, ScheduleOptions options, IMachineBoot boot, DateTimeOffset bootedAt, TimeProvider time, ImportReport report)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        var people = new PeopleImport(boot.Id, bootedAt, time, report);
        _tasks = new TaskImport(options, machine, time, report).Make(old.Tasks);
        var sessions = people.MakeSessions(old.Sessions, users);
        _documents = [.. sessions, .. new PolicyImport(boot.Id, time, report).Make(old.Policies, users), .. people.MakeAgreement(old.Contract, old.Answers)];
    }

    /// <summary>Stores it. What is there already, from an import that was cut short, stays or is written again.</summary>
    /// <exception cref="StorageException">Not all of it was stored.</exception>
    public async Task StoreAsync(IDocumentStore documents, IScheduleStore schedules)
    {
        foreach (var (task, schedule) in _tasks)
        {
            await schedules.AcceptAsync(task, schedule, null);
        }

        await documents.SaveAsync(_documents, []);
    }
}
