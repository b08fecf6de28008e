using System.Globalization;

namespace Ahenk.Grains.Tests.Scheduling;

/// <summary>Makes up schedules that are right, with a liking for the hours in which clocks are changed.</summary>
internal static class RandomCron
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static string Expression(Random random, int year)
    {
        var hours = random.Next(2) == 0 ? Field(random, 0, 4, 23, []) : Field(random, 0, 23, 23, []);
        var text = string.Join(
            random.Next(10) == 0 ? " \t " : " ",
            Field(random, 0, 59, 59, []),
            hours,
            random.Next(2) == 0 ? "*" : Field(random, 1, 31, 31, []),
            random.Next(3) > 0 ? "*" : Field(random, 1, 12, 12, Months),
            random.Next(2) == 0 ? "*" : Field(random, 0, 7, 7, Days));
        return random.Next(8) switch
        {
            0 => text + " *",
            1 => string.Create(CultureInfo.InvariantCulture, $"{text} {year}"),
            2 => string.Create(CultureInfo.InvariantCulture, $"{text} {year - 3}-{year},{year + random.Next(3)}"),
            _ => text,
        };
    }

    private static string Field(Random random, int least, int usualMost, int most, string[] names)
    {
        string Value()
        {
            var value = random.Next(least, usualMost + 1);
            return names.Length > 0 && value - least < names.Length && random.Next(3) == 0
                ? random.Next(2) == 0 ? names[value - least] : names[value - least].ToUpperInvariant()
                : value.ToString(random.Next(5) == 0 ? "00" : "0", CultureInfo.InvariantCulture);
        }

        string Step() => random.Next(1, (random.Next(3) == 0 ? most : Math.Min(most, 6)) + 1).ToString(CultureInfo.InvariantCulture);

        string Element() => random.Next(7) switch
        {
            0 => "*",
            1 => $"*/{Step()}",
            2 => $"{Value()}-{Value()}",
            3 => $"{Value()}-{Value()}/{Step()}",
            4 when random.Next(3) == 0 => $"{Value()}/{Step()}",
            _ => Value(),
        };

        return string.Join(',', Enumerable.Range(0, random.Next(3) == 0 ? random.Next(2, 5) : 1).Select(_ => Element()));
    }
}
