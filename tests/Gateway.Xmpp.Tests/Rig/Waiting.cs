namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Waits on events with a limit that is only there to end a test that has failed, and that says what was waited for.</summary>
internal static class Waiting
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task Within(this Task task, string what) => task.Within(what, Limit);

    public static async Task Within(this Task task, string what, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {limit.TotalSeconds} s for: {what}");
        }
    }

    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        await Within((Task)task, what);
        return await task;
    }

    /// <summary>For a figure that nobody announces: looks at it until it is as wanted.</summary>
    public static async Task UntilAsync(Func<bool> wanted, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        while (!wanted())
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s for: {what}");
            }
        }
    }

    public static Task<T> Within<T>(this ValueTask<T> task, string what) => task.AsTask().Within(what);
}
