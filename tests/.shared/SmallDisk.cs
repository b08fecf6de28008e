using System.Diagnostics;

namespace Ahenk.TestSupport;

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

    /// <summary>Makes a file that takes all room that is left.</summary>
    public static void FillUp(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // That was the last free block.
        }
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
