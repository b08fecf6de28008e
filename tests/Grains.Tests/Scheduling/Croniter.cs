using System.Diagnostics;
using System.Text.Json;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>
/// Debian's python3-croniter, asked for a whole table at once. It is asked in UTC only: where clocks are changed it has rules of its own.
/// </summary>
internal static class Croniter
{
    // Debian's own interpreter: the library is installed for no other.
    private const string Python = "/usr/bin/python3";

    /// <summary>The next times of each schedule.</summary>
    public static async Task<IReadOnlyList<DateTimeOffset[]>> NextAsync(
        IReadOnlyList<(string Expression, DateTimeOffset After)> questions, int count, CancellationToken token)
    {
        Assert.True(File.Exists(Python), $"{Python} is missing: './dev.sh test' installs what the tests need.");
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(Python, ["-I", Path.Combine(AppContext.BaseDirectory, "Scheduling", "croniter_next.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process.Start();
        var errors = process.StandardError.ReadToEndAsync(token);
        var output = process.StandardOutput.ReadToEndAsync(token);
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(new
        {
            count,
            rows = questions.Select(static row => new { expression = row.Expression, after = row.After.ToUnixTimeSeconds() }),
        }));
        process.StandardInput.Close();
        await process.WaitForExitAsync(token);
        Assert.True(process.ExitCode == 0, $"croniter failed (is python3-croniter installed? './dev.sh test' does that): {await errors}");
        return [.. JsonSerializer.Deserialize<long[][]>(await output)!.Select(static row => row.Select(DateTimeOffset.FromUnixTimeSeconds).ToArray())];
    }
}
