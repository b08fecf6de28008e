using System.Text;

namespace Ahenk.Plugins.Script;

/// <summary>
/// Splits SCRIPT_PARAMS into words by the quoting rules of the POSIX shell (XCU 2.2). Nothing is expanded: <c>$</c>, <c>*</c>,
/// <c>;</c>, <c>|</c> and their like are ordinary characters, for the text is never given to a shell.
/// </summary>
internal static class Words
{
    /// <summary>Splits a text.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (inWord)
                    {
                        words.Add(word.ToString());
                        word.Clear();
                        inWord = false;
                    }

                    break;
                case '\'':
                    inWord = true;
                    var close = text.IndexOf('\'', i + 1);
                    word.Append(text, i + 1, (close < 0 ? throw Unclosed('\'') : close) - i - 1);
                    i = close;
                    break;
                case '"':
                    inWord = true;
                    i = ReadDoubleQuoted(text, i + 1, word);
                    break;
                case '\\' when i + 1 < text.Length:
                    inWord = true;
                    i++;
                    if (text[i] != '\n')
                    {
                        word.Append(text[i]);
                    }

                    break;
                default:
                    inWord = true;
                    word.Append(text[i]);
                    break;
            }
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    // Within double quotes a backslash protects only $ ` " \ and the end of a line.
    private static int ReadDoubleQuoted(string text, int start, StringBuilder word)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i;
            }

            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '$' or '`' or '"' or '\\' or '\n')
            {
                i++;
                if (text[i] == '\n')
                {
                    continue;
                }
            }

            word.Append(text[i]);
        }

        throw Unclosed('"');
    }

    private static FormatException Unclosed(char quote) => new($"a quote ({quote}) is not closed");
}
