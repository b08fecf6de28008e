using System.ComponentModel;
using System.Diagnostics;

namespace Ahenk.Cli.Support;

/// <summary>Runs programs whose output goes into a bundle.</summary>
internal static class OutsideTool
{
    private const int MostCharacters = 1 << 20;

    /// <summary>Runs a program.</summary>
    /// <returns>What it writes to standard output, or why there is nothing.</returns>
    public static async Task<(string? Output, string? Problem)> RunAsync(string[] command, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        // What it says is read by people who have not got this machine's language.
        start.Environment["LC_ALL"] = "C";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limit);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var (output, complaints) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
                await process.WaitForExitAsync(patience.Token);
                return await output is { Length: > 0 } text
                    ? (text[..Math.Min(text.Length, MostCharacters)], null)
                    : (null, $"{command[0]} ended with {process.ExitCode}: {string.Join(' ', (await complaints).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3))}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return (null, $"{command[0]} took longer than {limit.TotalSeconds:0} s.");
            }
        }
        catch (Win32Exception failure)
        {
            return (null, $"{command[0]} cannot be run: {failure.Message}");
        }
    }
}
