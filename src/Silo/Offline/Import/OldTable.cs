using System.Globalization;
using System.Text;

namespace Ahenk.Silo.Offline.Import;

/// <summary>A table of the Python Ahenk (PL 2.9) and how it is read.</summary>
/// <param name="Name">The table.</param>
/// <param name="Ids">Lists its rows, the newest first.</param>
/// <param name="Row">Reads a row.</param>
internal sealed record OldTable(string Name, string Ids, string Row)
{
    public static readonly OldTable Registration = new(
        "registration", "SELECT rowid FROM registration ORDER BY rowid DESC LIMIT $most", "SELECT * FROM registration WHERE rowid = $id");

    public static readonly OldTable Task = new("task", "SELECT rowid FROM task ORDER BY rowid DESC LIMIT $most", "SELECT * FROM task WHERE rowid = $id");

    public static readonly OldTable ScheduledTask = new(
        "schedule_task", "SELECT rowid FROM schedule_task ORDER BY rowid DESC LIMIT $most", "SELECT * FROM schedule_task WHERE rowid = $id");

    public static readonly OldTable Plugin = new(
        "plugin", "SELECT rowid FROM plugin ORDER BY rowid DESC LIMIT $most", "SELECT * FROM plugin WHERE rowid = $id");

    public static readonly OldTable Policy = new(
        "policy", "SELECT rowid FROM policy ORDER BY rowid DESC LIMIT $most", "SELECT * FROM policy WHERE rowid = $id");

    public static readonly OldTable Profile = new(
        "profile", "SELECT rowid FROM profile ORDER BY rowid DESC LIMIT $most", "SELECT * FROM profile WHERE rowid = $id");

    public static readonly OldTable Contract = new(
        "contract", "SELECT rowid FROM contract ORDER BY rowid DESC LIMIT $most", "SELECT * FROM contract WHERE rowid = $id");

    public static readonly OldTable Agreement = new(
        "agreement", "SELECT rowid FROM agreement ORDER BY rowid DESC LIMIT $most", "SELECT * FROM agreement WHERE rowid = $id");

    public static readonly OldTable Session = new(
        "session", "SELECT rowid FROM session ORDER BY rowid DESC LIMIT $most", "SELECT * FROM session WHERE rowid = $id");
}

/// <summary>A row. A column of SQLite can hold a value of any type, whatever its table says.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Values">Its values by the names of their columns.</param>
internal sealed record OldRow(long Id, IReadOnlyDictionary<string, object?> Values)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A text; <see langword="null"/> for nothing, an empty text, Python's <c>None</c>, and what is no text.</summary>
    public string? Text(string column)
    {
        var text = Values.GetValueOrDefault(column) switch
        {
            string value => value,
            long value => value.ToString(CultureInfo.InvariantCulture),
            byte[] value => Decode(value),
            _ => null,
        };
        return text is null or "" or "None" ? null : text;
    }

    /// <summary>A whole number, also one that is stored as text.</summary>
    public long? Number(string column) => long.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Yes or no, as Python and JSON write it.</summary>
    public bool? Flag(string column) => Text(column)?.ToLowerInvariant() switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    /// <summary>Without the values, of which some are secrets.</summary>
    public override string ToString() => $"OldRow {{ Id = {Id} }}";

    private static string? Decode(byte[] value)
    {
        try
        {
            return Strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
