using System.Globalization;
using System.Text.RegularExpressions;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>How Lider reads and writes dates (LP 2.1, 2.2, 3.1).</summary>
public static partial class LiderDates
{
    // Turkey has had no daylight saving time since 2016; a fixed offset needs no time zone data on the machine.
    private static readonly TimeSpan Istanbul = TimeSpan.FromHours(3);

    /// <summary><c>dd-MM-yyyy HH:mm</c> in the server's zone, as the timestamp of EXECUTE_TASK.</summary>
    public static string Minutes(DateTimeOffset time, TimeZoneInfo serverZone) =>
        TimeZoneInfo.ConvertTime(time, serverZone).ToString("dd-MM-yyyy HH:mm", CultureInfo.InvariantCulture);

    /// <summary><c>dd/MM/yyyy HH:mm:ss</c> in Istanbul, as LA writes tasks and policies.</summary>
    public static string SecondsInIstanbul(DateTimeOffset time) => Seconds(time.ToOffset(Istanbul));

    /// <summary><c>dd/MM/yyyy HH:mm:ss</c> in UTC, as LA writes the creation date of a plugin.</summary>
    public static string SecondsInUtc(DateTimeOffset time) => Seconds(time.ToUniversalTime());

    /// <summary>Whether <c>SimpleDateFormat("dd-MM-yyyy HH:mm")</c>, lenient as Jackson uses it, parses the text; what follows is ignored.</summary>
    public static bool IsParsed(string text) => LenientMinutes().IsMatch(text);

    /// <summary>Whether what it parses is the date that is written there.</summary>
    public static bool IsSensible(string text) =>
        text.Length >= 16 &&
        DateTime.TryParseExact(text[..16], "dd-MM-yyyy HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Whether the text is <c>dd/MM/yyyy HH:mm:ss</c>.</summary>
    public static bool IsAssignDate(string text) =>
        DateTime.TryParseExact(text, "dd/MM/yyyy HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Reads <c>dd/MM/yyyy HH:mm:ss</c> as a server in this zone does, whatever zone it was written in (LP 5.1.3).</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static DateTimeOffset ReadAssignDate(string text, TimeSpan serverOffset) =>
        new(DateTime.ParseExact(text, "dd/MM/yyyy HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None), serverOffset);

    private static string Seconds(DateTimeOffset time) => time.ToString("dd/MM/yyyy HH:mm:ss", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[ \t]*-?[0-9]+-[ \t]*-?[0-9]+-[ \t]*-?[0-9]+ [ \t]*-?[0-9]+:[ \t]*-?[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex LenientMinutes();
}
