using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains;

/// <inheritdoc cref="ILiderOrders"/>
public sealed class LiderOrders(IGrainFactory grains, IScheduleStore schedules, IDocumentStore documents, IOrderStore store, TimeProvider time) : ILiderOrders
{
    /// <inheritdoc/>
    public async Task ForgetAsync()
    {
        // Schedules end as Lider ends them: their grains and reminders are in memory, and would go on whatever is stored.
        foreach (var schedule in await schedules.ListWithRemindersAsync())
        {
            await grains.GetGrain<ITaskGrain>(schedule.TaskId).Reschedule(new ScheduleUpdate(null, time.GetUtcNow(), null));
        }

        var policies = await documents.ListAsync(DocumentKinds.Policies);
        foreach (var key in policies.Select(document => document.Key.Name).Append(IPolicyGrain.MachineKey).Distinct(StringComparer.Ordinal))
        {
            await grains.GetGrain<IPolicyGrain>(key).Forget();
        }

        await store.ForgetAllAsync();
    }
}
