using System.CommandLine;
using Ahenk.Cli.Documentation;

namespace Ahenk.Cli;

/// <summary>The <c>ahenk</c> command.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => arguments switch
    {
        // A user waits for these: they do without what the command line of the others needs.
        ["login" or "logout", ..] when !arguments.Any(argument => argument is "--help" or "-h" or "-?") =>
            Task.FromResult(LoginEvents.Run(arguments[0], arguments.AsSpan(1), CommandOptions.DefaultSocket)),
        _ => RunAsync(arguments),
    };

    private static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Talks to the Ahenk daemon of this machine.") { CommandOptions.Socket, CommandOptions.AsJson };
        foreach (var command in AllCommands())
        {
            root.Add(command);
        }

        try
        {
            var parsed = root.Parse(arguments);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }) is var code && parsed.Errors.Count > 0
                ? ExitCodes.Usage
                : code;
        }
        catch (ControlFailure failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return failure.ExitCode;
        }
    }

    /// <summary>In the order of the manual page.</summary>
    private static IEnumerable<Command> AllCommands() =>
    [
        .. AgentCommands.Create(),
        .. ServiceCommands.Create(),
        .. TaskCommands.Create(),
        .. PluginCommands.Create(),
        .. UserCommands.Create(),
        AgreementCommands.Create(),
        PolicyCommands.Policies(),
        ConfigCommands.Create(),
        LogCommands.Create(),
        DocumentationCommand.Create(),
    ];
}
