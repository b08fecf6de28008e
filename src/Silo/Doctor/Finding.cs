namespace Ahenk.Silo.Doctor;

/// <summary>How something is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It could not be looked at, or does not matter here.</summary>
    Skipped,

    /// <summary>The agent works, but somebody should look at it.</summary>
    Warning,

    /// <summary>The agent cannot do its work.</summary>
    Broken,
}

/// <summary>What a check has found.</summary>
/// <param name="Health">How it is.</param>
/// <param name="Found">What was found, as whole sentences. Holds no secret.</param>
/// <param name="Advice">What to do; <see langword="null"/>: nothing.</param>
internal sealed record Finding(Health Health, string Found, string? Advice = null)
{
    public static Finding Ok(string found) => new(Health.Ok, found);

    public static Finding Skipped(string why) => new(Health.Skipped, why);

    public static Finding Warning(string found, string advice) => new(Health.Warning, found, advice);

    public static Finding Broken(string found, string advice) => new(Health.Broken, found, advice);
}
