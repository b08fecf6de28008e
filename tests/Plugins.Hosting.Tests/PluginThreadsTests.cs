using Ahenk.Plugins.Hosting.Dotnet;
using Ahenk.Plugins.Hosting.Tests.Rig;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Unit")]
public sealed class PluginThreadsTests
{
    private readonly PluginThreads _threads = new(TimeSpan.FromMinutes(1));

    [Fact]
    public async Task One_call_after_the_other_begins_on_the_same_thread()
    {
        var first = await _threads.RunAsync(() => Task.FromResult(Environment.CurrentManagedThreadId));

        for (var call = 0; call < 100; call++)
        {
            Assert.Equal(first, await _threads.RunAsync(() => Task.FromResult(Environment.CurrentManagedThreadId)));
        }

        Assert.Equal(1, _threads.Idle);
    }

    [Fact]
    public async Task A_call_that_blocks_holds_no_other_up()
    {
        using var gate = new ManualResetEventSlim();
        var blocked = Enumerable.Range(0, 64).Select(_ => _threads.RunAsync(() =>
        {
            gate.Wait(TestContext.Current.CancellationToken);
            return Task.FromResult(true);
        })).ToArray();

        Assert.Equal(7, await _threads.RunAsync(() => Task.FromResult(7)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.DoesNotContain(blocked, call => call.IsCompleted);
        gate.Set();
        await Task.WhenAll(blocked);
    }

    [Fact]
    public async Task What_is_thrown_reaches_the_caller_and_the_thread_lives_on()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _threads.RunAsync<int>(() => throw new InvalidOperationException("at once")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _threads.RunAsync<int>(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        }));

        Assert.Equal(7, await _threads.RunAsync(() => Task.FromResult(7)));
        Assert.Equal(1, _threads.Idle);
    }

    [Fact]
    public async Task A_thread_without_work_ends_after_a_while_and_the_next_call_gets_another()
    {
        var threads = new PluginThreads(TimeSpan.FromMilliseconds(20));
        await threads.RunAsync(() => Task.FromResult(7));

        await Eventually.Is(() => threads.Idle == 0);
        Assert.Equal(7, await threads.RunAsync(() => Task.FromResult(7)));
    }

    [Fact]
    public async Task No_call_is_lost_to_a_thread_that_is_about_to_end()
    {
        var threads = new PluginThreads(TimeSpan.FromMilliseconds(1));

        for (var call = 0; call < 2000; call++)
        {
            Assert.Equal(call, await threads.RunAsync(() => Task.FromResult(call)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
            if (call % 50 == 0)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
    }
}
