using System.CommandLine;

namespace Ahenk.Cli.Documentation;

/// <summary>The hidden <c>ahenk documentation KIND</c>: the package is built with it, so that manual page and completions are what the program is.</summary>
internal static class DocumentationCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var kind = new Argument<string>("kind") { Description = "manual, bash or zsh." };
        kind.AcceptOnlyFromAmong("manual", "bash", "zsh");
        var command = new Command("documentation", "Writes the manual page, or the completion of a shell.") { kind };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var root = parsed.RootCommandResult.Command;
            Console.Write(parsed.GetValue(kind) switch
            {
                "bash" => Completion.ForBash(root),
                "zsh" => Completion.ForZsh(root),
                _ => ManualPage.Of(root),
            });
            return ExitCodes.Success;
        });
        return command;
    }
}
