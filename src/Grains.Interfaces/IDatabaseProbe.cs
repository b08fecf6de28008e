namespace Ahenk.Grains.Interfaces;

/// <summary>Tries whether the database takes writes.</summary>
public interface IDatabaseProbe
{
    /// <summary>Writes something of no meaning, in the order of the other writes: when it completes, those that were handed over before it are stored. Costs no fsync.</summary>
    /// <exception cref="StorageException">It cannot be written (in the task).</exception>
    Task WriteAsync();
}
