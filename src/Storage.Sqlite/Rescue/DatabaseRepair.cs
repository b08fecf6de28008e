namespace Ahenk.Storage.Sqlite.Rescue;

/// <summary>What was done about a damaged file.</summary>
/// <param name="At">When.</param>
/// <param name="SetAside">Where the damaged file is now; <see langword="null"/>: it was missing.</param>
/// <param name="Story">What was wrong, where the new file comes from and what may be missing in it, as whole sentences.</param>
public sealed record DatabaseRepair(DateTimeOffset At, string? SetAside, string Story);
