using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahenk.Grains.Scheduling;

/// <summary>The year that Lider's old console appends to a schedule (LP 6): a number, ranges and lists of them, or <c>*</c>.</summary>
internal sealed partial class CronYears
{
    /// <summary>The first year that can be named.</summary>
    public const int First = 1970;

    /// <summary>The last one.</summary>
    public const int Last = 2099;

    private readonly bool[]? _named;

    private CronYears(bool[]? named) => _named = named;

    /// <summary>Reads the field.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronYears? years)
    {
        years = text == "*" ? new CronYears(null) : null;
        if (years is not null || !Form().IsMatch(text))
        {
            return years is not null;
        }

        var named = new bool[Last - First + 1];
        foreach (var element in text.Split(','))
        {
            var ends = element.Split('-').Select(static year => int.Parse(year, CultureInfo.InvariantCulture)).ToArray();
            if (ends[0] < First || ends[^1] > Last || ends[0] > ends[^1])
            {
                return false;
            }

            named.AsSpan((ends[0] - First)..(ends[^1] - First + 1)).Fill(true);
        }

        years = new CronYears(named);
        return true;
    }

    /// <summary>Says what is wrong with a text.</summary>
    public static string Explain(string text) =>
        $"The year '{Quoted.Short(text)}' is not understood: allowed are *, {First} to {Last}, ranges such as 2027-2029 and lists such as 2027,2029.";

    /// <summary>Whether the year is one of them.</summary>
    public bool Contains(int year) => _named is null || (year is >= First and <= Last && _named[year - First]);

    /// <summary>The first of them after a year.</summary>
    public int? After(int year)
    {
        for (year = Math.Max(year + 1, First); year <= Last; year++)
        {
            if (Contains(year))
            {
                return year;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A[0-9]{4}(?:-[0-9]{4})?(?:,[0-9]{4}(?:-[0-9]{4})?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
