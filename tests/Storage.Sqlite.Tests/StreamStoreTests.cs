using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Tests;

[Trait("Category", "Integration")]
public sealed class StreamStoreTests : IAsyncDisposable
{
    private const long Far = 5_000_000_000;

    private readonly TestDatabase _database = TestDatabase.Create();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task The_stream_is_there_after_a_restart_until_it_is_cleared()
    {
        Assert.Null(await _database.Stream.LoadAsync());
        await _database.Stream.SaveAsync(new StoredStream("old", "pc@lider/1", 1, 2));
        await _database.Stream.SaveAsync(new StoredStream("new", "pc@lider/2", Far, Far + 1));

        await _database.ReopenAsync();

        Assert.Equal(new StoredStream("new", "pc@lider/2", Far, Far + 1), await _database.Stream.LoadAsync());
        await _database.Stream.ClearAsync();
        Assert.Null(await _database.Stream.LoadAsync());
    }

    [Theory]
    [InlineData("s", Far + 7, Far + 7)]
    [InlineData("s", Far - 1, Far)]
    [InlineData("another", Far + 7, Far)]
    public async Task An_accepted_task_raises_the_position_of_its_own_stream_only(string streamId, long sequence, long handled)
    {
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", Far, 0));

        await _database.Tasks.AcceptAsync(TestDatabase.Task(1), new StreamPosition(streamId, sequence));

        Assert.Equal(handled, (await _database.Stream.LoadAsync())!.Handled);
    }

    [Fact]
    public async Task A_duplicate_raises_the_position_too()
    {
        await _database.Stream.SaveAsync(new StoredStream("s", "pc@lider/1", 0, 0));
        await _database.Tasks.AcceptAsync(TestDatabase.Task(1), new StreamPosition("s", 1));

        Assert.Equal(AcceptOutcome.Duplicate, await _database.Tasks.AcceptAsync(TestDatabase.Task(1), new StreamPosition("s", 2)));

        Assert.Equal(2, (await _database.Stream.LoadAsync())!.Handled);
    }

    [Fact]
    public async Task A_position_without_a_stored_stream_stores_none()
    {
        await _database.Tasks.AcceptAsync(TestDatabase.Task(1), new StreamPosition("s", 1));

        Assert.Null(await _database.Stream.LoadAsync());
    }
}
