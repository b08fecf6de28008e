using System.Diagnostics;

namespace Ahenk.FileTransfer.Tests;

/// <summary>A file system of one MiB.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string directory) => Directory = directory;

    public string Directory { get; }

    /// <summary>Mounts one; <see langword="null"/>: only root can.</summary>
    public static async Task<SmallDisk?> CreateAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("ahenk-small-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "ahenk-test", directory) == 0)
        {
            return new SmallDisk(directory);
        }

        System.IO.Directory.Delete(directory);
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, await RunAsync("umount", Directory));
        System.IO.Directory.Delete(Directory);
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
