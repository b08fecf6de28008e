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

    /// <summary>What an exit code says. Whoever kills the dialog has closed it; that the display could not be opened ends it by SIGABRT, or as any failure.</summary>
    public DialogAnswer Read(int exitCode) => exitCode switch
    {
        128 + 1 or 128 + 2 or 128 + 9 or 128 + 15 => DialogAnswer.Closed,
        _ => Translate(exitCode),
    };

    protected abstract DialogAnswer Translate(int exitCode);

    /// <summary>
    /// GNOME's. As delivered it ends with 1 for the second button, for the window's own close button and when it has no display; its exit codes can be chosen by
    /// variables.
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
            ["ZENITY_ERROR"] = "67",
        };

        /// <inheritdoc/>
        public override CommandLine? Compose(DialogText text, bool asks) =>
            (asks || text.Text.Length > MostInMessage || text.Text.Count(letter => letter == '\n') > MostLinesInMessage ? Page(text) : Message(text)) with { Environment = ExitCodes };

        protected override DialogAnswer Translate(int exitCode) => exitCode switch
        {
            64 => DialogAnswer.Accepted,
            65 => DialogAnswer.Refused,
            66 => DialogAnswer.Closed,
            _ => DialogAnswer.NotShown,
        };

        /// <summary>It can be scrolled, and always has two buttons.</summary>
        private static CommandLine Page(DialogText text) => new(
            "zenity", "--text-info", $"--title={text.Title}", $"--ok-label={text.Accept}", $"--cancel-label={text.Refuse}", $"--width={Width}", $"--height={Height}")
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

        protected override DialogAnswer Translate(int exitCode) => exitCode switch
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
    /// taken: the third is the program's own word for closing.
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
                    "kdialog", title, $"--yes-label={Label(text.Accept)}", $"--no-label={Label(text.Refuse)}", $"--{(warns ? "warning" : "")}yesnocancel={shown}"),
                (false, true) => new CommandLine("kdialog", title, $"--ok-label={Label(text.Accept)}", $"--sorry={shown}"),
                (false, false) => new CommandLine("kdialog", title, $"--ok-label={Label(text.Accept)}", $"--msgbox={shown}"),
            };
        }

        protected override DialogAnswer Translate(int exitCode) => exitCode switch
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
