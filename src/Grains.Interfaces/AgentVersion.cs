namespace Ahenk.Grains.Interfaces;

/// <summary>The agent's version, as told to Lider.</summary>
/// <param name="Text">For example <c>3.0.0</c>.</param>
public sealed record AgentVersion(string Text);
