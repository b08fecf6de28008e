using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>
/// What a process does that the reminders' crash test kills: sets, moves and removes reminders, several at once and without end, and says what has been
/// confirmed to it: <c>S key hours</c> set to so many hours after the epoch, <c>R key</c> removed. Before, it says the same with a small letter.
/// </summary>
internal static class ReminderCrashChild
{
    public const string Argument = "reminder-crash-child";

    private const int AtOnce = 16;

    public static async Task<int> RunAsync(string path)
    {
        await using var database = AhenkDatabase.Open(new StorageOptions { Path = path }, TimeProvider.System, NullLogger<AhenkDatabase>.Instance);
        var table = database.Reminders;
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(worker => Task.Run(async () =>
        {
            for (var i = 0L; ; i++)
            {
                var key = (i % 50 * AtOnce) + worker;
                if (i % 3 == 2 && await table.ReadRow(Grain(key), "run") is { } row)
                {
                    Say(output, $"r {key}");
                    await table.RemoveRow(row.GrainId, row.ReminderName, row.ETag!);
                    Say(output, $"R {key}");
                }
                else
                {
                    Say(output, $"s {key} {i}");
                    await table.UpsertRow(new ReminderEntry
                    {
                        GrainId = Grain(key),
                        ReminderName = "run",
                        StartAt = DateTime.UnixEpoch.AddHours(i),
                        Period = TimeSpan.FromHours(1),
                    });
                    Say(output, $"S {key} {i}");
                }
            }
        })));
        return 0;
    }

    public static GrainId Grain(long key) => GrainId.Create("task", key.ToString(CultureInfo.InvariantCulture));

    private static void Say(TextWriter output, FormattableString what) => output.WriteLine(what.ToString(CultureInfo.InvariantCulture));
}
