using Ahenk.Plugins.Hosting.Dotnet;
using Ahenk.Plugins.Hosting.Tests.Rig;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Unit")]
public sealed class PluginThreadsTests : IDisposable
{
    private readonly ManualResetEventSlim _gate = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task One_call_after_the_other_needs_no_thread_of_its_own()
    {
        var threads = new PluginThreads(TimeSpan.FromMinutes(1));
        for (var call = 0; call < 100; call++)
        {
            Assert.True(await threads.RunAsync(() => Task.FromResult(Thread.CurrentThread.IsThreadPoolThread)));
        }

        Assert.Equal(0, threads.Idle);
    }

    [Fact]
    public async Task Calls_that_block_take_one_thread_from_the_pool_and_hold_no_other_call_up()
    {
        var threads = new PluginThreads(TimeSpan.FromMinutes(1));
        var blocked = Enumerable.Range(0, 64).Select(_ => Block(threads)).ToArray();

        Assert.False(await threads.RunAsync(() => Task.FromResult(Thread.CurrentThread.IsThreadPoolThread)).WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.DoesNotContain(blocked, call => call.IsCompleted);

        _gate.Set();
        Assert.Equal(1, (await Task.WhenAll(blocked)).Count(isInPool => isInPool));
        Assert.Equal(64, threads.Idle);
    }

    [Fact]
    public async Task A_thread_is_used_again_while_the_pool_is_taken()
    {
        var threads = new PluginThreads(TimeSpan.FromMinutes(1));
        var blocked = Block(threads);
        var first = await threads.RunAsync(() => Task.FromResult(Environment.CurrentManagedThreadId));

        for (var call = 0; call < 100; call++)
        {
            Assert.Equal(first, await threads.RunAsync(() => Task.FromResult(Environment.CurrentManagedThreadId)));
        }

        _gate.Set();
        await blocked;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_thrown_reaches_the_caller_and_the_next_call_works(bool poolIsTaken)
    {
        var threads = new PluginThreads(TimeSpan.FromMinutes(1));
        var blocked = poolIsTaken ? Block(threads) : Task.FromResult(true);
        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.RunAsync<int>(() => throw new InvalidOperationException("at once")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.RunAsync<int>(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        }));

        Assert.Equal(7, await threads.RunAsync(() => Task.FromResult(7)));
        _gate.Set();
        await blocked;
    }

    [Fact]
    public async Task No_call_is_lost_to_a_thread_that_is_about_to_end()
    {
        var threads = new PluginThreads(TimeSpan.FromMilliseconds(1));
        var blocked = Block(threads);
        for (var call = 0; call < 2000; call++)
        {
            Assert.Equal(call, await threads.RunAsync(() => Task.FromResult(call)).WaitAsync(TimeSpan.FromSeconds(60), Token));
            if (call % 50 == 0)
            {
                await Task.Delay(1, Token);
            }
        }

        await Eventually.Is(() => threads.Idle == 0);
        _gate.Set();
        await blocked;
    }

    private Task<bool> Block(PluginThreads threads) => threads.RunAsync(() =>
    {
        var isInPool = Thread.CurrentThread.IsThreadPoolThread;
        _gate.Wait(Token);
        return Task.FromResult(isInPool);
    });
}
