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
        // The package has it under the name that administrators see; a build has it under its assembly's.
        var program = ((string[])["ahenkd", "Ahenk.Silo"]).Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists)
            ?? throw new ControlFailure(ExitCodes.NotRunning, $"There is no daemon program in {AppContext.BaseDirectory}; install the package again.");
        var start = new ProcessStartInfo(program) { UseShellExecute = false };
        foreach (var argument in (string[])[word, "--config", configurationFile, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        catch (Win32Exception failure)
        {
            throw new ControlFailure(ExitCodes.NotRunning, $"{program} cannot be run: {failure.Message}");
        }
    }
}
