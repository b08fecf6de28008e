using System.CommandLine;
using System.Text;

namespace Ahenk.Cli.Documentation;

/// <summary>Writes what shells need to complete the command line. It stands in files, so that a key press starts nothing.</summary>
internal static class Completion
{
    /// <summary>For bash, with its own means only.</summary>
    public static string ForBash(Command root)
    {
        var script = new StringBuilder(
            """
            # bash completion for ahenk(8)
            _ahenk() {
                local path= words= i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "$path ${COMP_WORDS[i]}" in

            """);
        Paths(script, root, words => $"            '{Path(words)}') path=\"$path ${{COMP_WORDS[i]}}\" ;;\n");
        script.Append(
            """
                    esac
                done
                case "$path" in

            """);
        foreach (var (words, command) in CommandTree.Walk(root))
        {
            script.Append($"        '{Path(words)}') words='{string.Join(' ', Subcommands(command).Select(below => below.Name).Concat(OptionNames(root, command)))}' ;;\n");
        }

        script.Append(
            """
                esac
                mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
            }
            complete -F _ahenk ahenk

            """);
        return script.ToString();
    }

    /// <summary>For zsh, which shows the descriptions too.</summary>
    public static string ForZsh(Command root)
    {
        var script = new StringBuilder(
            """
            #compdef ahenk
            # zsh completion for ahenk(8)
            _ahenk() {
                local trail= i
                local -a commands options
                for ((i = 2; i < CURRENT; i++)); do
                    case "$trail $words[i]" in

            """);
        Paths(script, root, words => $"            '{Path(words)}') trail=\"$trail $words[i]\" ;;\n");
        script.Append(
            """
                    esac
                done
                case "$trail" in

            """);
        foreach (var (words, command) in CommandTree.Walk(root))
        {
            script.Append($"        '{Path(words)}')\n");
            script.Append($"            commands=({string.Join(' ', Subcommands(command).Select(below => Described(below.Name, below.Description)))})\n");
            script.Append($"            options=({string.Join(' ', CommandTree.OptionsInReach(root, command).SelectMany(option => CommandTree.Names(option).Select(name => Described(name, option.Description))))})\n");
            script.Append("            ;;\n");
        }

        script.Append(
            """
                esac
                if [[ $words[CURRENT] == -* ]]; then
                    _describe -o option options
                else
                    _describe command commands
                fi
            }
            _ahenk "$@"

            """);
        return script.ToString();
    }

    private static void Paths(StringBuilder script, Command root, Func<string[], string> line)
    {
        foreach (var (words, _) in CommandTree.Walk(root).Skip(1))
        {
            script.Append(line(words));
        }
    }

    /// <summary>The words with a blank before each, as the scripts collect them.</summary>
    private static string Path(string[] words) => string.Concat(words.Select(word => $" {word}"));

    private static IEnumerable<Command> Subcommands(Command command) => command.Subcommands.Where(below => !below.Hidden);

    private static IEnumerable<string> OptionNames(Command root, Command command) => CommandTree.OptionsInReach(root, command).SelectMany(CommandTree.Names);

    private static string Described(string name, string? description) =>
        $"'{name.Replace(":", "\\:", StringComparison.Ordinal)}:{(description ?? "").Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
