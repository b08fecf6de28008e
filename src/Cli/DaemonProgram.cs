using System.ComponentModel;
using System.Diagnostics;

namespace Ahenk.Cli;

/// <summary>The daemon's program, which also carries out what is done without a running daemon (<c>ahenkd WORD --config FILE ...</c>).</summary>
internal static class DaemonProgram
{
    /// <summary>Runs a word of it and waits for its end.</summary>
    /// <returns>Its exit code, and what it has written to standard output.</returns>
    /// <exception cref="ControlFailure">It cannot be started.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(string word, string configurationFile, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(word, configurationFile, arguments);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output);
    }

    /// <summary>What it wrote, or that it wrote nothing, as the reason for its end.</summary>
    public static string Reason(int exitCode, string output) => output.TrimEnd() is { Length: > 0 } text
        ? text
        : Words.Say($"The daemon's program has ended with {exitCode} and said nothing.", $"Hizmetin programı bir şey söylemeden {exitCode} koduyla sona erdi.");

    private static Process Start(string word, string configurationFile, IEnumerable<string> arguments)
    {
        // The package has it under the name that administrators see; a build has it under its assembly's.
        var program = ((string[])["ahenkd", "Ahenk.Silo"]).Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists)
            ?? throw new ControlFailure(ExitCodes.Refused, Words.Say(
                $"There is no daemon program in {AppContext.BaseDirectory}; install the package again.",
                $"{AppContext.BaseDirectory} içinde hizmetin programı yok; paketi yeniden kurun."));
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true };
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
            throw new ControlFailure(ExitCodes.Refused, Words.Say($"{program} cannot be run: {failure.Message}", $"{program} çalıştırılamıyor: {failure.Message}"));
        }
    }
}
