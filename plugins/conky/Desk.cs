namespace Ahenk.Plugins.Conky;

/// <summary>Where the texts on desktops are.</summary>
/// <param name="Root">The directory that stands for <c>/</c>.</param>
/// <param name="Time">The clock.</param>
internal sealed record Desk(string Root, TimeProvider Time);
