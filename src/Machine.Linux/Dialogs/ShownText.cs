using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Dialogs;

/// <summary>Takes out of texts what is not shown: control characters, which would be orders to a terminal.</summary>
internal static class ShownText
{
    private const int LongestLabel = 200;

    /// <summary>All texts of a dialog.</summary>
    public static DialogText Of(DialogText text) => text with
    {
        Title = Line(text.Title),
        Text = Lines(text.Text),
        Accept = Line(text.Accept),
        Refuse = Line(text.Refuse),
        Close = Line(text.Close),
    };

    /// <summary>A text of several lines; line feeds and tabs stay.</summary>
    public static string Lines(string text) => string.Concat(text.Where(static letter => !char.IsControl(letter) || letter is '\n' or '\t'));

    private static string Line(string text) =>
        string.Concat(text.Take(LongestLabel).Select(static letter => char.IsControl(letter) ? ' ' : letter));
}
