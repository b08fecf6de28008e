using System.Text.RegularExpressions;
using Cronos;

namespace Ahenk.Grains.Scheduling;

/// <summary>One of crontab(5)'s five fields.</summary>
internal sealed partial class CronField
{
    private readonly string _name;
    private readonly string _allowed;
    private readonly string _whole;
    private readonly string _before;
    private readonly string _after;

    private CronField(int position, string name, string allowed, string whole)
    {
        _name = name;
        _allowed = allowed;
        _whole = whole;
        _before = string.Concat(Enumerable.Repeat("* ", position));
        _after = string.Concat(Enumerable.Repeat(" *", 4 - position));
    }

    /// <summary>The five, in their order.</summary>
    public static IReadOnlyList<CronField> All { get; } =
    [
        new(0, "minute", "0 to 59", "0-59"),
        new(1, "hour", "0 to 23", "0-23"),
        new(2, "day of month", "1 to 31", "1-31"),
        new(3, "month", "1 to 12, or jan to dec", "1-12"),
        new(4, "day of week", "0 to 7 (0 and 7 are Sunday), or sun to sat", "0-6"),
    ];

    /// <summary>Whether the text is right in this field.</summary>
    public bool Accepts(string text) => Form().IsMatch(text) && CronExpression.TryParse(_before + ForCronos(text) + _after, out _);

    /// <summary>Says what is wrong with a text.</summary>
    public string Explain(string text) =>
        $"The {_name} '{Quoted.Short(text)}' is not understood: allowed are *, {_allowed}, ranges such as 2-5, lists such as 2,5 " +
        "and steps such as */5 within that.";

    /// <summary>An accepted text as Cronos reads it.</summary>
    public string ForCronos(string text)
    {
        // Cronos knows * alone and not in lists, and from Sunday as 7 it counts no steps.
        var elements = text.Contains(',', StringComparison.Ordinal) ? text.Replace("*", _whole, StringComparison.Ordinal) : text;
        return this == All[^1] ? FromSunday().Replace(elements, "0-") : elements;
    }

    /// <summary>Narrower than Cronos' grammar, which knows Quartz' L, W, # and ? too.</summary>
    [GeneratedRegex(@"\A(?:(?:\*|(?:[0-9]{1,2}|[A-Za-z]{3})(?:-(?:[0-9]{1,2}|[A-Za-z]{3}))?)(?:/[0-9]{1,2})?(?:,(?!\z)|\z))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"(?<![0-9/-])0?7-(?!0?7)", RegexOptions.CultureInvariant)]
    private static partial Regex FromSunday();
}

/// <summary>Texts from outside, fit to be shown.</summary>
internal static class Quoted
{
    private const int Longest = 60;

    /// <summary>The text without what is not printable ASCII, and not at any length.</summary>
    public static string Short(string text)
    {
        var shown = string.Create(Math.Min(text.Length, Longest), text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        });
        return text.Length > Longest ? shown + "..." : shown;
    }
}
