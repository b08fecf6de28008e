using System.Text;

namespace Ahenk.Plugins.Browser;

/// <summary>
/// A file of statements that is not only ours: what we set stands in a block between two marks, and all else stays as it is, byte for byte.
/// </summary>
internal sealed class Script
{
    private const string Begin = "// BEGIN Ahenk: set by a policy. Changes down to the line with END are lost.";
    private const string End = "// END Ahenk";

    private static readonly string[] Calls = ["user_pref(", "lockPref(", "pref("];

    private readonly string _others;
    private readonly bool _hasBlock;

    private Script(string others, bool hasBlock)
    {
        _others = others;
        _hasBlock = hasBlock;
    }

    /// <summary>Reads a file's content; <see langword="null"/>: there is no file.</summary>
    public static Script Of(byte[]? content)
    {
        var lines = Decode(content).Split('\n');
        var kept = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (Is(lines[i], Begin))
            {
                i = FindEnd(lines, i);
            }
            else
            {
                kept.Add(lines[i]);
            }
        }

        return new Script(string.Join('\n', kept), kept.Count < lines.Length);
    }

    /// <summary>The content with these statements in the block.</summary>
    /// <returns><see langword="null"/>: nothing is left for a file.</returns>
    public byte[]? With(IReadOnlyList<string> statements)
    {
        if (statements.Count == 0)
        {
            return _hasBlock && _others.Length == 0 ? null : Encoding.Latin1.GetBytes(_others);
        }

        var start = _others.Length == 0 || _others.EndsWith('\n') ? _others : _others + "\n";
        return [.. Encoding.Latin1.GetBytes(start), .. Encoding.UTF8.GetBytes($"{Begin}\n{string.Join('\n', statements)}\n{End}\n")];
    }

    /// <summary>A content without the lines that are equal to one of these statements.</summary>
    public static byte[] Without(byte[] content, IReadOnlyList<string> statements)
    {
        var unwanted = statements.Select(statement => Decode(Encoding.UTF8.GetBytes(statement))).ToHashSet(StringComparer.Ordinal);
        return Encoding.Latin1.GetBytes(string.Join('\n', Decode(content).Split('\n').Where(line => !unwanted.Contains(line.TrimEnd('\r')))));
    }

    /// <summary>Every byte is a letter of Latin 1, so that whatever the encoding is comes out as it went in.</summary>
    private static string Decode(byte[]? content) => content is null ? "" : Encoding.Latin1.GetString(content);

    /// <summary>The last line of a block. One whose end somebody has taken away ends with the last statement: what follows need not be ours.</summary>
    private static int FindEnd(string[] lines, int begin)
    {
        var statements = begin;
        for (var i = begin + 1; i < lines.Length && !Is(lines[i], Begin); i++)
        {
            if (Is(lines[i], End))
            {
                return i;
            }

            if (statements == i - 1 && Calls.Any(call => lines[i].StartsWith(call, StringComparison.Ordinal)))
            {
                statements = i;
            }
        }

        return statements;
    }

    private static bool Is(string line, string mark) => line.AsSpan().TrimEnd('\r').SequenceEqual(mark);
}
