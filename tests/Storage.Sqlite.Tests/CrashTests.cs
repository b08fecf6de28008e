using System.Globalization;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Crash")]
public sealed class CrashTests : IDisposable
{
    private const int Seed = 20260305;

    private readonly string _path = TestDatabase.NewPath();
    private readonly Dictionary<long, TaskState> _confirmed = [];

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public async Task Nothing_confirmed_is_lost_and_nothing_is_answered_twice_when_the_process_is_killed()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 8; round++)
        {
            var lines = await KilledProcess.RunAsync(CrashChild.Argument, _path, random.Next(1, 4000), TestContext.Current.CancellationToken);
            lines.ToList().ForEach(Confirm);
            await CheckAsync();
        }

        Assert.True(_confirmed.Count > 100, $"Only {_confirmed.Count} tasks were confirmed: the child did not get to work.");
    }

    private void Confirm(string line)
    {
        var id = long.Parse(line.AsSpan(2), CultureInfo.InvariantCulture);
        _confirmed[id] = line[0] switch
        {
            'A' => TaskState.Waiting,
            'S' => TaskState.Running,
            'F' => TaskState.Finished,
            _ => throw new FormatException(line),
        };
    }

    private async Task CheckAsync()
    {
        await using var database = AhenkDatabase.Open(
            new StorageOptions { Path = _path }, TimeProvider.System, NullLogger<AhenkDatabase>.Instance);
        Assert.Empty(database.CheckIntegrity());

        var stored = (await database.Tasks.ListAsync(int.MaxValue)).ToDictionary(task => task.TaskId);
        foreach (var (id, state) in _confirmed)
        {
            Assert.True(stored.TryGetValue(id, out var task), $"Task {id} was confirmed and is gone.");
            Assert.True(task.State >= state, $"Task {id} was confirmed {state} and is {task.State}.");
        }

        var answers = (await database.Outbox.ReadDueAsync(TimeProvider.System.GetUtcNow(), int.MaxValue)).Select(row => row.Body).Order();
        var finished = stored.Values.Where(task => task.State == TaskState.Finished).Select(task => CrashChild.AnswerTo(task.TaskId)).Order();
        Assert.Equal(finished, answers);
        if (stored.Count > 0)
        {
            // The stream is stored anew by each process, so only this round's tasks count; the highest of them is the newest.
            var handled = (await database.Stream.LoadAsync())!.Handled;
            Assert.True(handled == 0 || handled == stored.Keys.Max(), $"Handled {handled}, newest task {stored.Keys.Max()}.");
        }
    }
}
