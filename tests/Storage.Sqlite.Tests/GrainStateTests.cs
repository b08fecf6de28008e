using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>Orleans' own ADO.NET storage on our tables, our statements and our connections.</summary>
[Trait("Category", "Integration")]
public sealed class GrainStateTests : IAsyncLifetime
{
    private const string Deleting = "deleting";

    private readonly TestDatabase _database = TestDatabase.Create();
    private readonly InProcessTestCluster _cluster;

    public GrainStateTests()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            AddStorage(silo, NoteGrain.Storage, deleteOnClear: false);
            AddStorage(silo, Deleting, deleteOnClear: true);
        });
        _cluster = builder.Build();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private long Rows => _database.Number("SELECT count(*) FROM grain_state");

    public async ValueTask InitializeAsync() => await _cluster.DeployAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_state_is_there_when_the_grain_comes_back()
    {
        var grain = _cluster.Client.GetGrain<INoteGrain>("a");
        await grain.AddAsync("first ğ");
        await grain.AddAsync("second");

        await _cluster.DeactivateAsync(grain);

        Assert.Equal(["first ğ", "second"], (await grain.ReadAsync()).Lines);
        Assert.Equal(1, Rows);
        Assert.Equal(2, _database.Number("SELECT version FROM grain_state"));
        Assert.Equal(1, _database.Number("SELECT json_valid(payload) FROM (SELECT CAST(payload AS TEXT) AS payload FROM grain_state)"));
        Assert.Equal(0, _database.Number("SELECT count(*) FROM grain_state WHERE instr(CAST(payload AS TEXT), 'Ahenk') > 0"));
    }

    [Fact]
    public async Task Grains_of_different_keys_do_not_share_a_state()
    {
        foreach (var key in (string[])["user-a", "user-A", "user-a ", "user-ı"])
        {
            await _cluster.Client.GetGrain<INoteGrain>(key).AddAsync(key);
        }

        Assert.Equal(4, Rows);
        Assert.Empty((await _cluster.Client.GetGrain<INoteGrain>("user-i").ReadAsync()).Lines);
    }

    /// <summary>
    /// A trait of Orleans' storage that this pins down, not a wish: it takes a text that reads as a hexadecimal number for that number. Text keys that come
    /// from outside therefore need a prefix, as above.
    /// </summary>
    [Fact]
    public async Task Bare_hexadecimal_keys_of_one_number_share_a_state()
    {
        await _cluster.Client.GetGrain<INoteGrain>("ada").AddAsync("written by ada");

        Assert.Equal(["written by ada"], (await _cluster.Client.GetGrain<INoteGrain>("ADA").ReadAsync()).Lines);
    }

    [Fact]
    public async Task A_cleared_state_is_empty_and_can_be_written_again()
    {
        var grain = _cluster.Client.GetGrain<INoteGrain>("a");
        await grain.AddAsync("gone");
        await grain.ClearAsync();
        await _cluster.DeactivateAsync(grain);
        Assert.Empty((await grain.ReadAsync()).Lines);

        await grain.AddAsync("new");
        await _cluster.DeactivateAsync(grain);

        Assert.Equal(["new"], (await grain.ReadAsync()).Lines);
        Assert.Equal(3, _database.Number("SELECT version FROM grain_state"));
    }

    [Theory]
    [InlineData(NoteGrain.Storage)]
    [InlineData(Deleting)]
    public async Task A_write_with_an_old_etag_is_refused(string storage)
    {
        var (fresh, stale) = await TwoViews(storage);
        await Write(storage, fresh, "newer");

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, stale, "older"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => StorageOf(storage).ClearStateAsync("note", Id, stale));

        Assert.Equal(["newer"], (await Read(storage)).State!.Lines);
    }

    [Theory]
    [InlineData(NoteGrain.Storage)]
    [InlineData(Deleting)]
    public async Task A_write_after_somebody_elses_clear_is_refused(string storage)
    {
        var (fresh, stale) = await TwoViews(storage);
        await StorageOf(storage).ClearStateAsync("note", Id, fresh);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, stale, "older"));
        Assert.Empty((await Read(storage)).State!.Lines);
        Assert.Equal(storage == Deleting ? 0 : 1, Rows);
    }

    [Theory]
    [InlineData(NoteGrain.Storage)]
    [InlineData(Deleting)]
    public async Task A_state_can_be_written_again_after_its_clear(string storage)
    {
        var (view, _) = await TwoViews(storage);
        await StorageOf(storage).ClearStateAsync("note", Id, view);

        await Write(storage, view, "again");

        Assert.Equal(["again"], (await Read(storage)).State!.Lines);
        Assert.Equal(view.ETag, (await Read(storage)).ETag);
    }

    [Fact]
    public async Task A_first_write_over_an_existing_state_is_refused()
    {
        await TwoViews(NoteGrain.Storage);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(NoteGrain.Storage, new GrainState<Note>(new Note()), "blind"));
    }

    [Fact]
    public async Task Of_first_writes_at_the_same_time_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var id = GrainId.Create("note", $"race-{round}");
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () => await Record.ExceptionAsync(
                () => StorageOf(NoteGrain.Storage).WriteStateAsync("note", id, new GrainState<Note>(new Note { Lines = [$"{i}"] }))))));

            Assert.Equal(1, outcomes.Count(error => error is null));
            Assert.Equal(3, outcomes.Count(error => error is InconsistentStateException));
        }
    }

    [Fact]
    public async Task Many_grains_and_the_journal_write_at_the_same_time()
    {
        const int Grains = 8;
        const int Writes = 25;
        var grains = Enumerable.Range(0, Grains).Select(i => _cluster.Client.GetGrain<INoteGrain>($"{i}")).ToList();
        var writing = Task.WhenAll(grains.Select(grain => grain.AddManyAsync(Writes)));
        var accepting = Task.WhenAll(Enumerable.Range(1, 500).Select(i => _database.Tasks.AcceptAsync(TestDatabase.Task(i), null).AsTask()));

        await writing.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.All(await accepting.WaitAsync(TimeSpan.FromSeconds(60), Token), outcome => Assert.Equal(AcceptOutcome.Accepted, outcome));

        foreach (var grain in grains)
        {
            await _cluster.DeactivateAsync(grain);
            Assert.Equal(Enumerable.Range(0, Writes).Select(i => $"{i}"), (await grain.ReadAsync()).Lines);
        }

        Assert.Equal(Grains * Writes, _database.Number("SELECT sum(version) FROM grain_state"));
        Assert.Empty(_database.Db.CheckIntegrity());
    }

    private static GrainId Id => GrainId.Create("note", "x");

    private void AddStorage(ISiloBuilder silo, string name, bool deleteOnClear) => silo.AddAdoNetGrainStorage(name, builder => builder
        .Configure<IServiceProvider>((options, services) =>
        {
            options.Invariant = "System.Data.SQLite";
            options.DataSource = _database.Db.GrainDataSource;
            options.DeleteStateOnClear = deleteOnClear;
            options.GrainStorageSerializer = ActivatorUtilities.CreateInstance<SystemTextJsonGrainStorageSerializer>(services);
        }));

    private IGrainStorage StorageOf(string name) => _cluster.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(name);

    private async Task<(GrainState<Note> First, GrainState<Note> Second)> TwoViews(string storage)
    {
        await Write(storage, new GrainState<Note>(new Note()), "original");
        return (await Read(storage), await Read(storage));
    }

    private async Task<GrainState<Note>> Read(string storage)
    {
        var view = new GrainState<Note>(new Note());
        await StorageOf(storage).ReadStateAsync("note", Id, view);
        return view;
    }

    private Task Write(string storage, GrainState<Note> view, string line)
    {
        view.State = new Note { Lines = [line] };
        return StorageOf(storage).WriteStateAsync("note", Id, view);
    }
}
