using System.CommandLine;

namespace Ahenk.Cli.Documentation;

/// <summary>What people may use of the command line, in its order.</summary>
internal static class CommandTree
{
    /// <summary>A command and all below it, each with the words that lead to it; the program itself has none.</summary>
    public static IEnumerable<(string[] Words, Command Command)> Walk(Command command, params string[] words)
    {
        yield return (words, command);
        foreach (var below in command.Subcommands.Where(below => !below.Hidden).SelectMany(below => Walk(below, [.. words, below.Name])))
        {
            yield return below;
        }
    }

    /// <summary>The options of a command; those that hold for all commands stand with the program only.</summary>
    public static IEnumerable<Option> Options(Command command) => command.Options.Where(option => !option.Hidden);

    /// <summary>The options that may follow a command, those of the program among them.</summary>
    public static IEnumerable<Option> OptionsInReach(Command root, Command command) =>
        Options(command).Concat(Options(root).Where(option => option.Recursive)).Distinct();

    /// <summary>All names of an option, the long ones first; those that shells or other systems mean (<c>-?</c>, <c>/h</c>) are left out.</summary>
    public static IEnumerable<string> Names(Option option) =>
        option.Aliases.Prepend(option.Name).Where(name => name[0] == '-' && name != "-?").Distinct().OrderByDescending(name => name.Length);

    /// <summary>Whether a value follows the option.</summary>
    public static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    /// <summary>How an argument is written in a synopsis.</summary>
    public static string Placeholder(Argument argument)
    {
        var name = argument.Name.ToUpperInvariant() + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    /// <summary>The value of an option in a synopsis.</summary>
    public static string Placeholder(Option option) => (option.HelpName ?? option.Name.TrimStart('-')).ToUpperInvariant();
}
