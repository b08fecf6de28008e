namespace Ahenk.Grains.Interfaces;

/// <summary>
/// The database cannot be opened, read or written. The message names the file, the reason and what to do. Nothing of what was asked for
/// was stored.
/// </summary>
public sealed class StorageException : IOException
{
    /// <summary>Creates one.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="reason">Why, and what to do, as whole sentences.</param>
    /// <param name="innerException">What caused it.</param>
    public StorageException(string path, string reason, Exception? innerException = null)
        : base($"The database '{path}' cannot be used. {reason}", innerException)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Why, and what to do.</summary>
    public string Reason { get; }

    /// <summary>Whether the file itself is damaged, so that trying again does not help.</summary>
    public bool IsDamage { get; init; }
}
