using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Ahenk.Cli.Documentation;

/// <summary>Writes ahenk(8) in the language of man(7).</summary>
internal static class ManualPage
{
    /// <summary>The whole page.</summary>
    public static string Of(Command root)
    {
        var page = new StringBuilder();
        page.Append(
            """
            .TH AHENK 8 "" "Ahenk" "System administration"
            .SH NAME
            ahenk \- talks to the Ahenk agent of this machine
            .SH SYNOPSIS
            .B ahenk
            .I COMMAND
            .RI [ OPTION ...]
            .SH DESCRIPTION
            The daemon
            .B ahenkd
            takes tasks and policies from a Lider server and runs them. This command asks it, and tells it, what an administrator of this machine wants.
            It speaks to the daemon over its control socket. Every user may ask for its status and version, run the doctor, see the events that are about
            themselves, and read and answer the user agreement; the rest is root's.
            .SH OPTIONS

            """);
        Options(page, CommandTree.Options(root));
        page.Append(".SH COMMANDS\n");
        foreach (var (words, command) in CommandTree.Walk(root).Skip(1))
        {
            Describe(page, words, command);
        }

        page.Append(".SH EXIT STATUS\n");
        foreach (var (code, meaning) in ExitCodes.All)
        {
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {code}\n").Append(Line(meaning));
        }

        page.Append(
            """
            .PP
            A command that ends otherwise says so above.
            .SH ENVIRONMENT
            .TP
            .B LC_ALL, LC_MESSAGES, LANG
            The first of them that is set decides on the language: Turkish when it begins with
            .BR tr ,
            else English. What
            .B \-\-json
            shows, and what the daemon says in sentences, is English always.
            .TP
            .B NO_COLOR
            When it is set, no colours are used; they are used on a terminal alone.
            .SH FILES
            .TP
            .I /etc/ahenk/ahenk.conf
            The configuration: ahenk.conf(5).
            .TP
            .I /run/ahenk/control.sock
            The control socket.
            .TP
            .I /var/ahenk/log/ahenk.log
            The daemon's log.
            .TP
            .I /var/ahenk/log/audit.log
            The audit log: who asked for what.
            .TP
            .I /usr/share/ahenk/plugins
            The plugins.
            .SH SEE ALSO
            .BR ahenk.conf (5),
            .BR systemctl (1)

            """);
        return page.ToString();
    }

    private static void Describe(StringBuilder page, string[] words, Command command)
    {
        page.Append(".SS ").Append(Escaped("ahenk " + string.Join(' ', words.Concat(command.Arguments.Where(argument => !argument.Hidden).Select(CommandTree.Placeholder))))).Append('\n');
        page.Append(Line(command.Description));
        foreach (var argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            page.Append(".TP\n.I ").Append(Escaped(argument.Name.ToUpperInvariant())).Append('\n').Append(Line(argument.Description));
        }

        Options(page, CommandTree.Options(command));
    }

    private static void Options(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (var option in options)
        {
            var names = string.Join(", ", CommandTree.Names(option).Select(name => $"\\fB{Escaped(name)}\\fR"));
            page.Append(".TP\n").Append(names).Append(CommandTree.TakesValue(option) ? $" \\fI{Escaped(CommandTree.Placeholder(option))}\\fR" : "").Append('\n');
            page.Append(Line(option.Description));
        }
    }

    /// <summary>A line of text that is no request: those begin with a dot or an apostrophe.</summary>
    private static string Line(string? text) => string.IsNullOrWhiteSpace(text) ? "\n" : $"\\&{Escaped(text)}\n";

    private static string Escaped(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
}
