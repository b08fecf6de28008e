using System.Net;
using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Dialogs;

/// <summary>A program that shows dialogs. What is shown reaches it as the value of an option or as its input, and never as markup.</summary>
/// <param name="name">Its name in the user's PATH.</param>
internal abstract class DialogProgram(string name)
{
    private const int Width = 700;
    private const int Height = 500;

    public string Name => name;

    /// <summary>The command for a dialog whose texts have no control characters but line feeds and tabs.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="asks">Whether it has two buttons.</param>
    /// <returns><see langword="null"/>: the program cannot show this text.</returns>
    public abstract CommandLine? Compose(DialogText text, bool asks);

    /// <summary>What its end says. Whoever kills the dialog has closed it; that the display could not be opened ends it by SIGABRT, or as any failure.</summary>
    public DialogAnswer Read(CommandResult result) => result.ExitCode switch
    {
        128 + 1 or 128 + 2 or 128 + 9 or 128 + 15 => DialogAnswer.Closed,
        var code => Translate(code, result.Output),
    };

    protected abstract DialogAnswer Translate(int exitCode, string output);

    /// <summary>
    /// GNOME's. As delivered it ends with 1 for all but the first button, for the window's own close button and when it has no display. Its exit codes can be
    /// chosen by variables, but a text's second button still has that of the close button in version 3; only an extra button is told apart: it is printed. So
    /// the second button is left to closing.
    /// </summary>
    public sealed class Zenity() : DialogProgram("zenity")
    {
        private const int MostInMessage = 1500;
        private const int MostLinesInMessage = 25;

        private static readonly Dictionary<string, string> ExitCodes = new(StringComparer.Ordinal)
        {
            ["ZENITY_OK"] = "64",
            ["ZENITY_CANCEL"] = "65",
            ["ZENITY_ESC"] = "66",
            ["ZENITY_EXTRA"] = "67",
            ["ZENITY_ERROR"] = "68",
        };

        /// <inheritdoc/>
        public override CommandLine? Compose(DialogText text, bool asks) =>
            (asks ? Page(text, $"--extra-button={text.Refuse}") : IsLong(text.Text) ? Page(text) : Message(text)) with { Environment = ExitCodes };

        protected override DialogAnswer Translate(int exitCode, string output) => exitCode switch
        {
            64 => DialogAnswer.Accepted,
            65 or 66 or 67 => output.Length == 0 ? DialogAnswer.Closed : DialogAnswer.Refused,
            _ => DialogAnswer.NotShown,
        };

        private static bool IsLong(string text) => text.Length > MostInMessage || text.Count(static letter => letter == '\n') > MostLinesInMessage;

        /// <summary>It can be scrolled, and has a second button even where one would do.</summary>
        private static CommandLine Page(DialogText text, params string[] more) => new(
            "zenity", ["--text-info", $"--title={text.Title}", $"--ok-label={text.Accept}", $"--cancel-label={text.Close}", $"--width={Width}", $"--height={Height}", .. more])
        {
            StandardInput = text.Text,
        };

        private static CommandLine Message(DialogText text) => new(
            "zenity", text.IsWarning ? "--warning" : "--info", "--no-markup", $"--title={text.Title}", $"--ok-label={text.Accept}", "--width=400",
            $"--text={text.Text.Replace("\\", "\\\\", StringComparison.Ordinal)}");
    }

    /// <summary>A descendant of zenity.</summary>
    public sealed class Yad() : DialogProgram("yad")
    {
        /// <inheritdoc/>
        public override CommandLine? Compose(DialogText text, bool asks)
        {
            var arguments = new List<string>
            {
                "--text-info", "--wrap", "--center", $"--title={text.Title}", $"--width={Width}", $"--height={Height}", $"--button={Label(text.Accept)}:64",
            };
            if (asks)
            {
                arguments.Add($"--button={Label(text.Refuse)}:65");
            }

            return new CommandLine("yad", arguments) { StandardInput = text.Text };
        }

        protected override DialogAnswer Translate(int exitCode, string output) => exitCode switch
        {
            64 => DialogAnswer.Accepted,
            65 => DialogAnswer.Refused,
            252 => DialogAnswer.Closed,
            _ => DialogAnswer.NotShown,
        };

        /// <summary>These two would part the label from an icon and from the exit code.</summary>
        private static string Label(string text) => text.Replace('!', ' ').Replace(':', ' ');
    }

    /// <summary>
    /// KDE's. Only its message boxes have two buttons; they scroll a long text. A box of two buttons says the second one when it is closed, so one of three is
    /// taken: the third only closes it.
    /// </summary>
    public sealed class Kdialog() : DialogProgram("kdialog")
    {
        /// <summary>Linux takes an argument of 128 KiB (MAX_ARG_STRLEN), the option's name and the final zero among them.</summary>
        private const int MostBytes = (128 * 1024) - 64;

        /// <inheritdoc/>
        public override CommandLine? Compose(DialogText text, bool asks)
        {
            // kdialog guesses whether a text is HTML, and makes line feeds of backslashes with an n.
            var shown = $"<qt><p style=\"white-space:pre-wrap\">{WebUtility.HtmlEncode(text.Text).Replace("\\", "&#92;", StringComparison.Ordinal)}</p></qt>";
            if (Encoding.UTF8.GetByteCount(shown) > MostBytes)
            {
                return null;
            }

            var title = $"--title={text.Title}";
            return (asks, text.IsWarning) switch
            {
                (true, var warns) => new CommandLine(
                    "kdialog", title, $"--yes-label={Label(text.Accept)}", $"--no-label={Label(text.Refuse)}", $"--cancel-label={Label(text.Close)}",
                    $"--{(warns ? "warning" : "")}yesnocancel={shown}"),
                (false, true) => new CommandLine("kdialog", title, $"--ok-label={Label(text.Accept)}", $"--sorry={shown}"),
                (false, false) => new CommandLine("kdialog", title, $"--ok-label={Label(text.Accept)}", $"--msgbox={shown}"),
            };
        }

        protected override DialogAnswer Translate(int exitCode, string output) => exitCode switch
        {
            0 => DialogAnswer.Accepted,
            1 => DialogAnswer.Refused,
            2 => DialogAnswer.Closed,
            _ => DialogAnswer.NotShown,
        };

        /// <summary>An ampersand would underline the letter behind it.</summary>
        private static string Label(string text) => text.Replace("&", "&&", StringComparison.Ordinal);
    }
}
