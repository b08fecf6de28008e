using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Sessions;

/// <summary>Answers commands by a function and remembers them, each as one line.</summary>
internal sealed class FakeCommands(Func<string, CommandResult> answer) : ICommandRunner
{
    public List<string> Lines { get; } = [];

    public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        var line = $"{command.Program} {string.Join(' ', command.Arguments)}";
        Lines.Add(line);
        return Task.FromResult(answer(line));
    }

    public static CommandResult Ok(string output = "") => new() { ExitCode = 0, Output = output, Error = "" };

    public static CommandResult Failed(int exitCode, string error = "", string output = "") => new() { ExitCode = exitCode, Output = output, Error = error };

    public static CommandResult Missing() => new() { ExitCode = -1, Output = "", Error = "", StartError = "The program was not found." };
}
