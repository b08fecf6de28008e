namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>Waits for what comes in its own time and tells nobody.</summary>
internal static class Eventually
{
    public static async Task Is(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }
}
