namespace Ahenk.Configuration;

/// <summary>The values that count.</summary>
public sealed class ConfigurationValues(ConfigurationFiles files)
{
    private readonly HashSet<ConfigurationKey> _asked = [];

    /// <summary>The main configuration file.</summary>
    public string MainFile => files.MainFile;

    /// <summary>The keys that were looked up so far.</summary>
    public IReadOnlyCollection<ConfigurationKey> Asked => _asked;

    /// <summary>A number.</summary>
    /// <exception cref="ConfigurationException">It is not allowed.</exception>
    public int Number(NumberKey key) => Find(key) is { } value ? key.Read(value)!.Value : key.Fallback;

    /// <summary>A word, as the table spells it; empty when it is not set and has no default.</summary>
    /// <exception cref="ConfigurationException">It is not allowed.</exception>
    public string Word(ChoiceKey key) => Find(key) is { } value ? key.Words.First(word => IniDocument.IsSame(word, value)) : key.Default ?? "";

    /// <summary>A text, or its default; empty when it has none.</summary>
    /// <exception cref="ConfigurationException">It is not allowed.</exception>
    public string Text(TextKey key) => Find(key) ?? key.Default ?? "";

    /// <summary>A text, or <see langword="null"/> when it is not set.</summary>
    /// <exception cref="ConfigurationException">It is not allowed.</exception>
    public string? Optional(TextKey key) => Find(key);

    /// <summary>Words with commas between them.</summary>
    public IReadOnlyList<string> List(TextKey key) => Text(key).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>All values that are set, as they stand in the files.</summary>
    public IReadOnlyDictionary<ConfigurationKey, string> Snapshot() => ConfigurationKeys.All
        .Select(key => (Key: key, Found: files.Find(key.Section, key.Name)))
        .Where(item => item.Found is not null)
        .ToDictionary(item => item.Key, item => item.Found!.Value);

    private string? Find(ConfigurationKey key)
    {
        _asked.Add(key);
        return files.Find(key.Section, key.Name) switch
        {
            null => null,
            { } found when key.Allows(found.Value) => found.Value,
            { } found => throw new ConfigurationException([ConfigurationCheck.NotAllowed(key, found)]),
        };
    }
}
