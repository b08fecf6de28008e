using System.Diagnostics;

namespace Ahenk.TestSite;

/// <summary>The real <c>ahenk</c> command.</summary>
public static class AhenkCommand
{
    /// <summary>How a command ended.</summary>
    /// <param name="ExitCode">Its exit code.</param>
    /// <param name="Output">What it wrote to standard output and error.</param>
    /// <param name="Took">From its start until it was gone.</param>
    public sealed record Ended(int ExitCode, string Output, TimeSpan Took);

    /// <summary>Runs the command against the control socket of an agent.</summary>
    public static Task<Ended> RunAsync(AgentProcess agent, CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync([BuiltAgent.Command, "--socket", agent.ControlSocket, .. arguments], "", cancellationToken);

    /// <summary>Runs any command to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="input">What it gets on its standard input.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Ended> RunAsync(IReadOnlyList<string> command, string input, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        BuiltAgent.AddRuntime(info.Environment);
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return new Ended(process.ExitCode, await output + await error, Stopwatch.GetElapsedTime(start));
    }
}
