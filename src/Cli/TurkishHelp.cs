using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Ahenk.Cli.Documentation;

namespace Ahenk.Cli;

/// <summary>What <c>--help</c> says in Turkish; the library that reads command lines says it in English.</summary>
internal sealed class TurkishHelp : SynchronousCommandLineAction
{
    /// <summary>Takes the place of the library's.</summary>
    public static void Install(RootCommand root)
    {
        foreach (var option in root.Options)
        {
            switch (option)
            {
                case HelpOption:
                    option.Description = "Yardımı ve kullanımı gösterir.";
                    option.Action = new TurkishHelp();
                    break;
                case VersionOption:
                    option.Description = "Sürümü gösterir.";
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        var root = parseResult.RootCommandResult.Command;
        Command[] below = [.. command.Subcommands.Where(candidate => !candidate.Hidden)];
        var words = CommandTree.Walk(root).FirstOrDefault(entry => entry.Command == command).Words ?? [];
        var usage = string.Join(' ', words.Prepend("ahenk").Concat(command.Arguments.Select(CommandTree.Placeholder)));
        Console.WriteLine($"Açıklama:\n  {command.Description}\n\nKullanım:\n  {usage}{(below.Length > 0 ? " [komut]" : "")} [seçenekler]");
        Write("Argümanlar", command.Arguments.Select(argument => (CommandTree.Placeholder(argument), argument.Description)));
        Write("Seçenekler", CommandTree.OptionsInReach(root, command).Select(option => (
            string.Join(", ", CommandTree.Names(option)) + (CommandTree.TakesValue(option) ? $" <{CommandTree.Placeholder(option)}>" : ""), option.Description)));
        Write("Komutlar", below.Select(candidate => (candidate.Name, candidate.Description)));
        return ExitCodes.Success;
    }

    private static void Write(string heading, IEnumerable<(string Name, string? Meaning)> rows)
    {
        var table = rows.Select(row => (string[])[$"  {row.Name}", row.Meaning ?? ""]).ToList();
        if (table.Count > 0)
        {
            Console.WriteLine($"\n{heading}:\n{Rendering.Table(table)}");
        }
    }
}
