using System.Diagnostics;

namespace Ahenk.Bench;

/// <summary>What the disk under the agent's database costs.</summary>
internal static class Fsync
{
    public static Samples Measure(string directory, int times)
    {
        var path = Path.Combine(directory, "fsync");
        var page = new byte[4096];
        var samples = new double[times];
        using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            for (var index = 0; index < times; index++)
            {
                var start = Stopwatch.GetTimestamp();
                file.Write(page);
                file.Flush(flushToDisk: true);
                samples[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        File.Delete(path);
        return new Samples(samples);
    }
}
