namespace Ahenk.Grains.Interfaces;

/// <summary>The database could not store or read: the disk is full, read-only or broken. Nothing was half done.</summary>
public sealed class StorageException : Exception
{
    /// <summary>Names the file and the reason.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Names the file and the reason.</summary>
    public StorageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
