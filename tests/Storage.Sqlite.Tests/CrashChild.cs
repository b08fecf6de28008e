using System.Globalization;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>
/// What a process does that the crash tests kill: takes tasks through their life, many at once and without end, and says on standard output
/// what has been confirmed to it: <c>A id</c> accepted, <c>S id</c> started, <c>F id</c> finished.
/// </summary>
internal static class CrashChild
{
    public const string Argument = "crash-child";

    private const int AtOnce = 16;

    public static async Task<int> RunAsync(string path)
    {
        await using var database = AhenkDatabase.Open(
            new StorageOptions { Path = path, OutboxMaxRows = int.MaxValue, OutboxMaxBytes = long.MaxValue, CheckpointAfter = TimeSpan.FromSeconds(1) },
            TimeProvider.System,
            NullLogger<AhenkDatabase>.Instance);
        await database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        foreach (var id in await database.Tasks.ListUnfinishedAsync())
        {
            await FinishAsync(database, output, id);
        }

        var next = (await database.Tasks.ListAsync(1)) is [var newest, ..] ? newest.TaskId + AtOnce : 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var id = Interlocked.Increment(ref next);
                await database.Tasks.AcceptAsync(
                    new NewTask(id, "script", "EXECUTE_SCRIPT", new string('p', (int)(id % 500)), DateTimeOffset.UnixEpoch, id), new StreamPosition("s", id));
                Say(output, 'A', id);
                await database.Tasks.StartAsync(id);
                Say(output, 'S', id);
                await FinishAsync(database, output, id);
            }
        })));
        return 0;
    }

    public static string AnswerTo(long id) => string.Create(CultureInfo.InvariantCulture, $"answer to {id}");

    private static async Task FinishAsync(AhenkDatabase database, TextWriter output, long id)
    {
        if (await database.Tasks.FinishAsync(id, "TASK_PROCESSED", new OutboxDraft(AnswerTo(id), DateTimeOffset.UnixEpoch)))
        {
            Say(output, 'F', id);
        }
    }

    private static void Say(TextWriter output, char what, long id) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {id}"));
}
