using System.Globalization;

namespace Ahenk.Lider.Protocol;

/// <summary>
/// A date as Lider writes it: epoch milliseconds, or a wall clock without a zone (LP 2.1, 2.2, 2.5). Which zone a wall clock is in depends
/// on the field, so the caller names it.
/// </summary>
public readonly record struct LiderDate
{
    private static readonly string[] WallClockFormats = ["dd-MM-yyyy HH:mm", "dd/MM/yyyy HH:mm:ss"];

    private readonly DateTime _clock;
    private readonly bool _isInstant;

    private LiderDate(DateTime clock, bool isInstant)
    {
        _clock = clock;
        _isInstant = isInstant;
    }

    /// <summary>Reads one of the encodings LP names; surrounding blanks do not matter.</summary>
    /// <param name="text">
    /// The field's text; the digits of epoch milliseconds, <c>dd-MM-yyyy HH:mm</c> or <c>dd/MM/yyyy HH:mm:ss</c>.
    /// </param>
    /// <returns>The date, or <see langword="null"/> for anything else.</returns>
    public static LiderDate? TryParse(string? text)
    {
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var milliseconds))
        {
            var isInRange = milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
                && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
            return isInRange ? new LiderDate(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime, isInstant: true) : null;
        }

        const DateTimeStyles Blanks = DateTimeStyles.AllowLeadingWhite | DateTimeStyles.AllowTrailingWhite;
        return DateTime.TryParseExact(text, WallClockFormats, CultureInfo.InvariantCulture, Blanks, out var clock)
            ? new LiderDate(clock, isInstant: false)
            : null;
    }

    /// <summary>The moment it means.</summary>
    /// <param name="zone">
    /// The zone of a wall clock; it plays no part for epoch milliseconds. Europe/Istanbul for policies and tasks, UTC for the dates of a
    /// plugin (LP 2.2, 2.5).
    /// </param>
    /// <returns>The moment in UTC; dates at the ends of the calendar stay inside it.</returns>
    public DateTimeOffset ToInstant(TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var offset = _isInstant ? TimeSpan.Zero : zone.GetUtcOffset(_clock);
        var ticks = Math.Clamp(_clock.Ticks - offset.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    /// <summary>The clock as it was written, in sortable form.</summary>
    public override string ToString() =>
        _clock.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + (_isInstant ? "Z" : "");
}
