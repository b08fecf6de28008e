using System.Globalization;
using System.Text.Json;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>
/// Reads the fields of one JSON object with the coercions of Jackson's defaults (LP 3.1) and writes down what the server would choke on.
/// A field that is wrong reads as <see langword="null"/>.
/// </summary>
/// <param name="fields">The object; of a name that occurs twice the last one counts.</param>
/// <param name="findings">Where what is wrong is collected.</param>
internal sealed class FieldReader(IReadOnlyDictionary<string, JsonElement> fields, List<Finding> findings)
{
    /// <summary>Notes that the server drops the message.</summary>
    public void Drop(string reason) => findings.Add(new Finding(reason, IsDropped: true));

    /// <summary>Notes something the server survives.</summary>
    public void Blame(string reason) => findings.Add(new Finding(reason, IsDropped: false));

    /// <summary>The field as it stands, or <see langword="null"/> when it is absent or JSON null.</summary>
    public JsonElement? Raw(string name) =>
        fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A Java String: text, number or boolean.</summary>
    public string? Text(string name)
    {
        if (Raw(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            Drop($"{name} is not a string (LP 3.1)");
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
    }

    /// <summary>A String the server needs.</summary>
    public string? RequiredText(string name, string section)
    {
        var before = findings.Count;
        var text = Text(name);
        if (text is null && findings.Count == before)
        {
            Drop($"{name} is missing or null ({section})");
        }

        return text;
    }

    /// <summary>A Java Long that is required: a whole number or its digits as text.</summary>
    public long? RequiredLong(string name, string section)
    {
        switch (Raw(name))
        {
            case null:
                Drop($"{name} is missing or null ({section})");
                return null;
            case { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number):
                return number;
            case { ValueKind: JsonValueKind.String } value when
                long.TryParse(value.GetString()!.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                return number;
            default:
                Drop($"{name} is not a whole number ({section})");
                return null;
        }
    }

    /// <summary>A Java int: absent and null are 0, floats are cut, digits may be text.</summary>
    public void Int(string name)
    {
        var isRead = Raw(name) switch
        {
            null => true,
            { ValueKind: JsonValueKind.Number } value => value.GetDouble() is >= int.MinValue and <= int.MaxValue,
            { ValueKind: JsonValueKind.String } value => value.GetString()!.Trim() is { } text &&
                (text.Length == 0 || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)),
            _ => false,
        };
        if (!isRead)
        {
            Drop($"{name} does not fit a Java int (LP 3.1)");
        }
    }

    /// <summary>A Java Date in one of the accepted forms.</summary>
    public void Date(string name)
    {
        switch (Raw(name))
        {
            case null:
                break;
            case { ValueKind: JsonValueKind.Number } value:
                if (!value.TryGetInt64(out _))
                {
                    Drop($"{name} is a number, but no whole one (LP 3.1)");
                }

                break;
            case { ValueKind: JsonValueKind.String } value:
                var text = value.GetString()!;
                if (text.Length > 0 && !LiderDates.IsParsed(text))
                {
                    Drop($"{name} '{text}' is not dd-MM-yyyy HH:mm (LP 3.1)");
                }
                else if (text.Length > 0 && !LiderDates.IsSensible(text))
                {
                    Blame($"{name} '{text}' is read as another date than it says (LP 3.1)");
                }

                break;
            default:
                Drop($"{name} is neither number nor string (LP 3.1)");
                break;
        }
    }

    /// <summary>An enum constant by its exact name; <see langword="null"/> when absent or wrong.</summary>
    public string? Enum(string name, IReadOnlyList<string> constants)
    {
        switch (Raw(name))
        {
            case null:
                return null;
            case { ValueKind: JsonValueKind.String } value:
                var text = value.GetString()!;
                if (constants.Contains(text))
                {
                    return text;
                }

                Drop($"{name} '{text}' is no constant of its enum (LP 3.1)");
                return null;
            case { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var ordinal) && ordinal >= 0 && ordinal < constants.Count:
                Blame($"{name} is an ordinal; send the name (LP 3.1)");
                return constants[ordinal];
            default:
                Drop($"{name} is no constant of its enum (LP 3.1)");
                return null;
        }
    }

    /// <summary>A Map: an object or null.</summary>
    public JsonElement? Map(string name)
    {
        if (Raw(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return value;
        }

        Drop($"{name} is neither an object nor null (LP 3.1)");
        return null;
    }
}
