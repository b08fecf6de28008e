using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>Orleans' own reminder service on our table.</summary>
[Trait("Category", "Integration")]
public sealed class ReminderServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestDatabase _database = TestDatabase.Create();
    private readonly Rings _rings = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private long Rows => _database.Number("SELECT count(*) FROM reminder");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_reminder_fires_and_fires_again_until_it_is_removed()
    {
        await using var cluster = await StartAsync();
        var grain = cluster.Client.GetGrain<IAlarmGrain>("a");

        await grain.SetAsync(due: TimeSpan.Zero, period: TimeSpan.FromSeconds(1));

        Assert.Equal("a", await _rings.NextAsync(Token).WaitAsync(Limit, Token));
        Assert.Equal("a", await _rings.NextAsync(Token).WaitAsync(Limit, Token));
        Assert.Equal(1, Rows);

        await grain.RemoveAsync();
        Assert.Equal(0, Rows);
    }

    [Fact]
    public async Task A_reminder_fires_in_the_next_process_too()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.GetGrain<IAlarmGrain>("a").SetAsync(due: TimeSpan.FromHours(1), period: TimeSpan.FromHours(1));
            await first.Client.GetGrain<IAlarmGrain>("b").SetAsync(due: TimeSpan.Zero, period: TimeSpan.FromSeconds(1));
        }

        await _database.ReopenAsync();
        _rings.Forget();
        await using var second = await StartAsync();

        Assert.Equal("b", await _rings.NextAsync(Token).WaitAsync(Limit, Token));
        Assert.Equal(2, Rows);
    }

    [Fact]
    public async Task A_reminder_that_was_set_anew_fires_at_its_new_time()
    {
        await using var cluster = await StartAsync();
        var grain = cluster.Client.GetGrain<IAlarmGrain>("a");
        await grain.SetAsync(due: TimeSpan.FromHours(1), period: TimeSpan.FromHours(1));

        // A period that is short: a due time that has passed when the row is stored counts from the next period.
        await grain.SetAsync(due: TimeSpan.Zero, period: TimeSpan.FromSeconds(1));

        Assert.Equal("a", await _rings.NextAsync(Token).WaitAsync(Limit, Token));
        Assert.Equal(1, Rows);
    }

    private async Task<InProcessTestCluster> StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddReminders();
            silo.Services.AddSingleton(_database.Db.Reminders);
            silo.Services.AddSingleton(_rings);
            silo.Services.Configure<ReminderOptions>(static options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync(Token);
        return cluster;
    }
}

/// <summary>Which grains were reminded.</summary>
public sealed class Rings
{
    private readonly Channel<string> _rings = Channel.CreateUnbounded<string>();

    public void Add(string key) => _rings.Writer.TryWrite(key);

    public Task<string> NextAsync(CancellationToken token) => _rings.Reader.ReadAsync(token).AsTask();

    public void Forget()
    {
        while (_rings.Reader.TryRead(out _))
        {
        }
    }
}

public interface IAlarmGrain : IGrainWithStringKey
{
    Task SetAsync(TimeSpan due, TimeSpan period);

    Task RemoveAsync();
}

public sealed class AlarmGrain(Rings rings) : Grain, IAlarmGrain, IRemindable
{
    private const string Name = "alarm";

    public Task SetAsync(TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(Name, due, period);

    public async Task RemoveAsync() => await this.UnregisterReminder((await this.GetReminder(Name))!);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        rings.Add(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }
}
