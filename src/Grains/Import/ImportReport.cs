namespace Ahenk.Grains.Import;

/// <summary>One thing that an import tells.</summary>
/// <param name="Subject">What it is about, as one word.</param>
/// <param name="Text">A sentence. Holds no secrets.</param>
public sealed record ImportLine(string Subject, string Text);

/// <summary>What is taken over, what is not, and why.</summary>
public sealed class ImportReport
{
    private const int LongestQuote = 80;

    private readonly List<ImportLine> _taken = [];
    private readonly List<ImportLine> _leftOut = [];
    private readonly List<ImportLine> _remarks = [];

    /// <summary>What is taken over.</summary>
    public IReadOnlyList<ImportLine> Taken => _taken;

    /// <summary>What is not, and why.</summary>
    public IReadOnlyList<ImportLine> LeftOut => _leftOut;

    /// <summary>What else the administrator should know.</summary>
    public IReadOnlyList<ImportLine> Remarks => _remarks;

    /// <summary>Notes what is taken over.</summary>
    public void Take(string subject, string text) => _taken.Add(new ImportLine(subject, text));

    /// <summary>Notes what is not.</summary>
    public void LeaveOut(string subject, string text) => _leftOut.Add(new ImportLine(subject, text));

    /// <summary>Notes something else.</summary>
    public void Remark(string subject, string text) => _remarks.Add(new ImportLine(subject, text));

    /// <summary>A text of unknown origin in a form that can stand in a sentence on a terminal.</summary>
    public static string Quote(string? text)
    {
        if (text is null)
        {
            return "nothing";
        }

        var shown = new string([.. text.Take(LongestQuote).Select(static letter => char.IsLetterOrDigit(letter) || letter is >= ' ' and <= '~' ? letter : '?')]);
        return text.Length > LongestQuote ? $"'{shown}...'" : $"'{shown}'";
    }
}
