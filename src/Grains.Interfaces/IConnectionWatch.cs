namespace Ahenk.Grains.Interfaces;

/// <summary>What the way to Lider is doing, for those who watch over the agent.</summary>
public interface IConnectionWatch
{
    /// <summary>How it is now.</summary>
    ConnectionState Current { get; }

    /// <summary>Raised when <see cref="ConnectionState.Phase"/> has changed; handlers must be quick and must not throw.</summary>
    event Action<ConnectionState>? Changed;

    /// <summary>Why it has not come on for longer than it can take, as a sentence; <see langword="null"/>: it lives.</summary>
    string? FindStuck();
}

/// <summary>A snapshot of the way to Lider.</summary>
/// <param name="Phase">What it is doing, as <c>ahenk status</c> shows it.</param>
/// <param name="Name">The machine's name at Lider; empty while it has none.</param>
/// <param name="IsOnline">Whether a session stands.</param>
/// <param name="Unacknowledged">How many sent messages the server has not acknowledged.</param>
public sealed record ConnectionState(string Phase, string Name, bool IsOnline, int Unacknowledged);
