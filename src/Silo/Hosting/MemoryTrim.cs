using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Hosting;

/// <summary>
/// Gives back what starting has needed: an idle daemon allocates so little that the garbage collector would not come by for hours.
/// </summary>
internal sealed class MemoryTrim(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, time, stoppingToken);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = TrimNativeHeap(0);
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TrimNativeHeap(nuint keep);
}
