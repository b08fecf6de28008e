using System.Diagnostics;

namespace Ahenk.Storage.Sqlite.Tests;

/// <summary>Runs this program as another process and kills it in the middle of its work.</summary>
internal static class KilledProcess
{
    /// <summary>Kills it once it has said so many lines.</summary>
    /// <returns>The lines that it has said, whole ones only: a line that the kill has cut was not said.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(string role, string path, int afterLines, CancellationToken token)
    {
        using var child = new Process();
        child.StartInfo = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            child.StartInfo.ArgumentList.Add(typeof(KilledProcess).Assembly.Location);
        }

        child.StartInfo.ArgumentList.Add(role);
        child.StartInfo.ArgumentList.Add(path);
        child.Start();
        var lines = new List<string>();
        try
        {
            while (lines.Count < afterLines)
            {
                var line = await child.StandardOutput.ReadLineAsync(token);
                Assert.True(line is not null, $"The child ended by itself after {lines.Count} lines.");
                lines.Add(line);
            }
        }
        finally
        {
            child.Kill();
        }

        // What was written before the kill is still in the pipe.
        lines.AddRange((await child.StandardOutput.ReadToEndAsync(token)).Split('\n')[..^1]);
        await child.WaitForExitAsync(token);
        Assert.Equal(128 + 9, child.ExitCode);
        return lines;
    }
}
