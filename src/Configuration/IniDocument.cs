using System.Text;

namespace Ahenk.Configuration;

/// <summary>What a line of an INI file is.</summary>
internal enum IniLineKind
{
    /// <summary>Nothing, or a comment.</summary>
    Blank,

    /// <summary><c>[SECTION]</c>.</summary>
    Section,

    /// <summary><c>key = value</c>.</summary>
    Entry,

    /// <summary>None of these.</summary>
    Malformed,
}

/// <summary>
/// One line. Its text has one character for each byte of the file, so that whatever stands in comments, in whatever encoding, can be written back as it was.
/// </summary>
/// <param name="Text">The whole line without its end.</param>
/// <param name="End">Its line end; empty at the end of the file.</param>
internal sealed record IniLine(string Text, string End)
{
    /// <summary>What it is.</summary>
    public IniLineKind Kind { get; init; }

    /// <summary>The section it begins, or belongs to; empty before the first.</summary>
    public string Section { get; init; } = "";

    /// <summary>The key of an entry.</summary>
    public string Key { get; init; } = "";

    /// <summary>Where in <see cref="Text"/> an entry's value begins.</summary>
    public int ValueStart { get; init; }

    /// <summary>How long it is.</summary>
    public int ValueLength { get; init; }

    /// <summary>Whether quotes stand around an entry's value.</summary>
    public bool IsQuoted => Text.AsSpan(ValueStart, ValueLength) is ['"', .., '"'];

    /// <summary>An entry's value as text, without the quotes that may stand around it.</summary>
    public string Value
    {
        get
        {
            var value = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Text.Substring(ValueStart, ValueLength)));
            return IsQuoted ? value[1..^1] : value;
        }
    }

    /// <summary>Whether it is this entry.</summary>
    public bool Is(string section, string key) =>
        Kind == IniLineKind.Entry && IniDocument.IsSame(Section, section) && IniDocument.IsSame(Key, key);
}

/// <summary>
/// Reads INI: <c>[SECTION]</c>, <c>key = value</c>, and comments that begin with <c>;</c>, <c>#</c> or <c>/</c>. Names are compared without regard to case.
/// </summary>
internal static class IniDocument
{
    private const string ByteOrderMark = "\u00EF\u00BB\u00BF";

    // Of single bytes only: others may be parts of characters.
    private static readonly char[] Space = [' ', '\t', '\v', '\f', '\r'];

    /// <summary>The lines of a file.</summary>
    public static List<IniLine> Parse(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var lines = new List<IniLine>();
        var section = "";
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            var next = end < 0 ? text.Length : end + 1;
            var stop = end < 0 ? text.Length : end > start && text[end - 1] == '\r' ? end - 1 : end;
            var line = ParseLine(text[start..stop], text[stop..next], section);
            section = line.Section;
            lines.Add(line);
            start = next;
        }

        return lines;
    }

    /// <summary>One line, after a section has begun.</summary>
    public static IniLine ParseLine(string text, string end, string section)
    {
        var line = new IniLine(text, end) { Section = section };
        var content = text.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? text[ByteOrderMark.Length..] : text;
        var trimmed = content.Trim(Space);
        if (trimmed.Length == 0 || trimmed[0] is ';' or '#' or '/')
        {
            return line;
        }

        if (trimmed[0] == '[' && trimmed[^1] == ']')
        {
            return line with { Kind = IniLineKind.Section, Section = trimmed[1..^1].Trim(Space) };
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? "" : text[(text.Length - content.Length)..equals].Trim(Space);
        if (key.Length == 0)
        {
            return line with { Kind = IniLineKind.Malformed };
        }

        var value = text[(equals + 1)..];
        var leading = value.Length - value.TrimStart(Space).Length;
        return line with { Kind = IniLineKind.Entry, Key = key, ValueStart = equals + 1 + leading, ValueLength = value.Trim(Space).Length };
    }

    /// <summary>Whether two names mean the same.</summary>
    public static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>A text as the file has it.</summary>
    public static string Encode(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The file again.</summary>
    public static byte[] ToBytes(IEnumerable<IniLine> lines) => Encoding.Latin1.GetBytes(string.Concat(lines.Select(line => line.Text + line.End)));
}
