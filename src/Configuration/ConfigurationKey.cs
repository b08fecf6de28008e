namespace Ahenk.Configuration;

/// <summary>A key of the configuration: what it is for, and what may stand there. docs/configuration.md is made from these.</summary>
/// <param name="Section">The section.</param>
/// <param name="Name">The key.</param>
/// <param name="Default">What counts when it is not set; <see langword="null"/>: see <see cref="DefaultNote"/>.</param>
/// <param name="Meaning">What it does, with its unit; Markdown.</param>
public abstract record ConfigurationKey(string Section, string Name, string? Default, string Meaning)
{
    /// <summary>What counts when it is not set and there is no fixed default.</summary>
    public string DefaultNote { get; init; } = "none";

    /// <summary>Whether <c>ahenk config reload</c> applies it; otherwise the agent has to be restarted.</summary>
    public bool AppliesAtOnce { get; init; }

    /// <summary>Whether its value is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What may stand there, as words that follow "Allowed:".</summary>
    public abstract string Allowed { get; }

    /// <summary>Whether a value may stand there.</summary>
    public abstract bool Allows(string value);

    /// <inheritdoc/>
    public sealed override string ToString() => $"[{Section}] {Name}";
}

/// <summary>A whole number within bounds.</summary>
public sealed record NumberKey(string Section, string Name, int Fallback, int Least, int Most, string Meaning)
    : ConfigurationKey(Section, Name, Fallback.ToString(System.Globalization.CultureInfo.InvariantCulture), Meaning)
{
    /// <inheritdoc/>
    public override string Allowed => $"a whole number from {Least} to {Most}";

    /// <inheritdoc/>
    public override bool Allows(string value) => Read(value) is not null;

    /// <summary>The number; <see langword="null"/> when it is not allowed.</summary>
    public int? Read(string value) =>
        int.TryParse(value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number) &&
        number >= Least && number <= Most ? number : null;
}

/// <summary>One of several words, without regard to case.</summary>
public sealed record ChoiceKey(string Section, string Name, string? Default, IReadOnlyList<string> Words, string Meaning)
    : ConfigurationKey(Section, Name, Default, Meaning)
{
    /// <inheritdoc/>
    public override string Allowed => string.Join(", ", Words);

    /// <inheritdoc/>
    public override bool Allows(string value) => Words.Contains(value, StringComparer.OrdinalIgnoreCase);
}

/// <summary>A text.</summary>
public sealed record TextKey(string Section, string Name, string? Default, string Meaning) : ConfigurationKey(Section, Name, Default, Meaning)
{
    /// <summary>An absolute path.</summary>
    public const string AbsolutePath = "an absolute path";

    /// <summary>What may stand there, when not everything may.</summary>
    public (Predicate<string> Test, string Allowed)? Rule { get; init; }

    /// <inheritdoc/>
    public override string Allowed => Rule?.Allowed ?? "any text";

    /// <inheritdoc/>
    public override bool Allows(string value) => Rule?.Test(value) ?? true;

    /// <summary>A key that holds an absolute path.</summary>
    public static TextKey ForPath(string section, string name, string? fallback, string meaning) =>
        new(section, name, fallback, meaning) { Rule = (Path.IsPathRooted, AbsolutePath) };
}
