using System.CommandLine;
using System.Runtime.InteropServices;
using Ahenk.Cli.Documentation;
using Ahenk.Cli.Support;

namespace Ahenk.Cli;

/// <summary>The <c>ahenk</c> command.</summary>
internal static class Program
{
    /// <summary>How long a command that is interrupted may take to end by itself.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    internal static Task<int> Main(string[] arguments) => RunAsync(arguments, TimeProvider.System);

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="time">What tells how long the daemon has been waited for.</param>
    /// <returns>The exit code.</returns>
    internal static Task<int> RunAsync(string[] arguments, TimeProvider time)
    {
        switch (arguments)
        {
            // A user waits for these: they do without what the command line of the others needs.
            case ["login" or "logout", ..] when !arguments.Any(argument => argument is "--help" or "-h" or "-?" or "--json"):
                return Task.FromResult(LoginEvents.Run(arguments[0], arguments.AsSpan(1), CommandOptions.DefaultSocket));

            // The package is built with these texts, whatever the locale of whoever builds it.
            case ["documentation", ..]:
                Environment.SetEnvironmentVariable("LC_ALL", "C");
                break;
        }

        return InvokeAsync(arguments, time);
    }

    /// <summary>The whole command line.</summary>
    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand(Words.Say("Talks to the Ahenk daemon of this machine.", "Bu bilgisayardaki Ahenk hizmetiyle konuşur.")) { CommandOptions.Socket, CommandOptions.AsJson };
        foreach (var command in AllCommands())
        {
            root.Add(command);
        }

        if (Words.IsTurkish)
        {
            TurkishHelp.Install(root);
        }

        return root;
    }

    private static async Task<int> InvokeAsync(string[] arguments, TimeProvider time)
    {
        var parsed = CreateRoot().Parse(arguments);

        // Not the library's way: until a command has come to its first wait, it takes a signal for one that nobody listens to, and ends the process as killed.
        using var interruption = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            if (parsed.Errors.Count > 0 && parsed.GetValue(CommandOptions.AsJson))
            {
                throw new ControlFailure(ExitCodes.Usage, string.Join(' ', parsed.Errors.Select(error => error.Message)));
            }

            var code = await parsed.InvokeAsync(new Invocation(time), interruption.Token);
            return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
        }
        catch (ControlFailure failure)
        {
            return Answer.Write(parsed, failure);
        }
        catch (OperationCanceledException) when (interruption.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }

        void Interrupt(PosixSignalContext context)
        {
            context.Cancel = true;

            // Also what does not listen, such as a prompt for a password, ends.
            _ = Task.Delay(Grace).ContinueWith(static _ => Environment.Exit(ExitCodes.Interrupted), TaskScheduler.Default);
            interruption.Cancel();
        }
    }

    /// <summary>In the order of the manual page.</summary>
    private static IEnumerable<Command> AllCommands() =>
    [
        .. AgentCommands.Create(),
        .. RegistrationCommands.Create(),
        .. ServiceCommands.Create(),
        .. TaskCommands.Create(),
        OutboxCommands.Create(),
        SendCommand.Create(),
        .. PluginCommands.Create(),
        .. UserCommands.Create(),
        AgreementCommands.Create(),
        PolicyCommands.Policies(),
        ConfigCommands.Create(),
        LogCommands.Create(),
        ImportCommand.Create(),
        DoctorCommands.Create(),
        SupportCommand.Create(),
        VersionCommand.Create(),
        DashboardCommands.Create(),
        EventCommands.Create(),
        DocumentationCommand.Create(),
    ];
}
