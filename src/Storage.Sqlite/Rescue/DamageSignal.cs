using Ahenk.Grains.Interfaces;

namespace Ahenk.Storage.Sqlite.Rescue;

/// <summary>Tells once that the file was found damaged while it was in use, and leaves a mark for the next start, whose check may be less thorough.</summary>
internal sealed class DamageSignal
{
    private readonly Lock _gate = new();
    private Action<StorageException>? _told;
    private StorageException? _found;

    public void Add(Action<StorageException> handler)
    {
        StorageException? found;
        lock (_gate)
        {
            _told += handler;
            found = _found;
        }

        if (found is not null)
        {
            handler(found);
        }
    }

    public void Remove(Action<StorageException> handler)
    {
        lock (_gate)
        {
            _told -= handler;
        }
    }

    /// <summary>Looks at a failure on its way to whoever asked.</summary>
    /// <returns>The same failure.</returns>
    public StorageException Tell(StorageException failure)
    {
        if (!failure.IsDamage)
        {
            return failure;
        }

        Action<StorageException>? told;
        lock (_gate)
        {
            if (_found is not null)
            {
                return failure;
            }

            _found = failure;
            told = _told;
        }

        DatabaseFiles.MarkDamage(failure.Path);
        told?.Invoke(failure);
        return failure;
    }
}
