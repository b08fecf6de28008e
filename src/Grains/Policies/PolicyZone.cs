namespace Ahenk.Grains.Policies;

/// <summary>The zone in which Lider writes the wall clocks of policies (LP 2.5).</summary>
public static class PolicyZone
{
    /// <summary>Europe/Istanbul; on a machine without a zone database its offset since 2016.</summary>
    public static TimeZoneInfo Istanbul { get; } = TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Istanbul", out var zone)
        ? zone
        : TimeZoneInfo.CreateCustomTimeZone("Europe/Istanbul", TimeSpan.FromHours(3), "Europe/Istanbul", "Europe/Istanbul");
}
