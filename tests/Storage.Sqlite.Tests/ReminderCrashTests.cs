using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Crash")]
public sealed class ReminderCrashTests : IDisposable
{
    private const int Seed = 20260305;

    private readonly string _path = TestDatabase.NewPath();

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public async Task Reminders_are_as_they_were_confirmed_when_the_process_is_killed()
    {
        var token = TestContext.Current.CancellationToken;
        var random = new Random(Seed);
        var stored = new Dictionary<long, long>();
        var confirmations = 0;
        for (var round = 0; round < 6; round++)
        {
            // What may be there of each reminder: what was confirmed last, and what was begun after it. No hour: it is removed.
            var possible = stored.ToDictionary(static pair => pair.Key, static pair => new List<long?> { pair.Value });
            foreach (var line in await KilledProcess.RunAsync(ReminderCrashChild.Argument, _path, random.Next(1, 4000), token))
            {
                var words = line.Split(' ');
                var key = long.Parse(words[1], CultureInfo.InvariantCulture);
                var hour = words.Length == 3 ? long.Parse(words[2], CultureInfo.InvariantCulture) : (long?)null;
                if (char.IsLower(line[0]))
                {
                    possible.TryAdd(key, [null]);
                    possible[key].Add(hour);
                }
                else
                {
                    possible[key] = [hour];
                    confirmations++;
                }
            }

            await using var database = AhenkDatabase.Open(new StorageOptions { Path = _path }, TimeProvider.System, NullLogger<AhenkDatabase>.Instance);
            Assert.Empty(database.CheckIntegrity());
            stored = (await database.Reminders.ReadRows(0, 0, token)).Reminders.ToDictionary(
                static row => long.Parse(row.GrainId.Key.ToString()!, CultureInfo.InvariantCulture),
                static row => (long)(row.StartAt - DateTime.UnixEpoch).TotalHours);
            Assert.All(possible, pair => Assert.Contains(stored.TryGetValue(pair.Key, out var hour) ? hour : (long?)null, pair.Value));
            Assert.Empty(stored.Keys.Except(possible.Keys));
        }

        Assert.True(confirmations > 100, $"Only {confirmations} writes were confirmed: the child did not get to work.");
        Assert.NotEmpty(stored);
    }
}
