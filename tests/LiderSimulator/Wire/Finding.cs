namespace Ahenk.LiderSimulator.Wire;

/// <summary>What is wrong with a message from an agent.</summary>
/// <param name="Reason">What and why, with the section of LP.</param>
/// <param name="IsDropped">The real server drops the message for it, silently; otherwise it acts on the message all the same.</param>
public sealed record Finding(string Reason, bool IsDropped);
