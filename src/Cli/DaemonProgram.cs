using System.ComponentModel;
using System.Diagnostics;

namespace Ahenk.Cli;

/// <summary>The daemon's program, which also carries out what is done without a running daemon (<c>ahenkd WORD --config FILE ...</c>).</summary>
internal static class DaemonProgram
{
    /// <summary>Runs a word of it on this terminal.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="ControlFailure">It cannot be started.</exception>
    public static async Task<int> RunAsync(string word, string configurationFile, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(word, configurationFile, arguments, keepOutput: false);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>Runs a word of it and takes what it writes to its standard output.</summary>
    /// <exception cref="ControlFailure">It cannot be started.</exception>
    public static async Task<string> ReadAsync(string word, string configurationFile, CancellationToken cancellationToken)
    {
        using var process = Start(word, configurationFile, [], keepOutput: true);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return output;
    }

    private static Process Start(string word, string configurationFile, IEnumerable<string> arguments, bool keepOutput)
    {
        // The package has it under the name that administrators see; a build has it under its assembly's.
        var program = ((string[])["ahenkd", "Ahenk.Silo"]).Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists)
            ?? throw new ControlFailure(ExitCodes.NotRunning, $"There is no daemon program in {AppContext.BaseDirectory}; install the package again.");
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = keepOutput };
        foreach (var argument in (string[])[word, "--config", configurationFile, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new ControlFailure(ExitCodes.NotRunning, $"{program} cannot be run: {failure.Message}");
        }
    }
}
