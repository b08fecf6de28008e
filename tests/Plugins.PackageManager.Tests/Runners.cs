using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Tests;

/// <summary>Notes what would be run and answers in the programs' place; what is not expected fails the test.</summary>
internal sealed class FakeRunner(Func<string, CommandResult?> answer) : ICommandRunner
{
    public List<CommandLine> Commands { get; } = [];

    /// <summary>What was run, without the options that are always the same.</summary>
    public IEnumerable<string> Lines => Commands.Select(Line);

    public static CommandResult Says(string output, int exitCode = 0, string error = "") =>
        new() { ExitCode = exitCode, Output = output, Error = error };

    public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken)
    {
        Commands.Add(command);
        return Task.FromResult(answer(Line(command)) ?? throw new InvalidOperationException("Not expected: " + Line(command)));
    }

    private static string Line(CommandLine command)
    {
        var words = command.Arguments.ToList();
        while (words.IndexOf("-o") is var option and >= 0)
        {
            words.RemoveRange(option, 2);
        }

        return string.Join(' ', words.Where(word => word is not ("-q" or "-y") && !word.StartsWith("--showformat", StringComparison.Ordinal)).Prepend(command.Program));
    }
}

/// <summary>Runs the real programs with more in their environment.</summary>
internal sealed class RedirectedRunner(ICommandRunner runner, IReadOnlyDictionary<string, string> added) : ICommandRunner
{
    public Task<CommandResult> RunAsync(CommandLine command, CancellationToken cancellationToken) =>
        runner.RunAsync(command with { Environment = command.Environment.Concat(added).ToDictionary() }, cancellationToken);
}
