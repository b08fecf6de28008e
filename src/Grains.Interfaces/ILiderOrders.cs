namespace Ahenk.Grains.Interfaces;

/// <summary>What Lider has ordered this machine to do.</summary>
public interface ILiderOrders
{
    /// <summary>
    /// Forgets all of it, and what is on its way to Lider: tasks, schedules, policies, outbox and stream. What runs already runs to its end and is not answered. Users' sessions, their
    /// answers to the agreement and what plugins remember stay: they are about this machine and not about Lider.
    /// </summary>
    Task ForgetAsync();
}

/// <summary>Where it lies.</summary>
public interface IOrderStore
{
    /// <summary>Removes all of it in one transaction; when the task completes, that survives a power cut.</summary>
    /// <exception cref="StorageException">Nothing was removed.</exception>
    ValueTask ForgetAllAsync();
}
