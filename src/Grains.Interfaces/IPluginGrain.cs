namespace Ahenk.Grains.Interfaces;

/// <summary>
/// One plugin, by its lower-case name: the plugin's own thread. It runs one item at a time, in the order in which they were handed over.
/// </summary>
public interface IPluginGrain : IGrainWithStringKey
{
    /// <summary>Puts work at the end of the plugin's queue and returns at once.</summary>
    Task Enqueue(PluginWork work);
}

/// <summary>One item of work.</summary>
/// <param name="TaskId">The task it belongs to.</param>
/// <param name="Command">The command's id.</param>
/// <param name="Parameters">The parameters as JSON text of an object.</param>
/// <param name="Idempotent">Whether the command may be run again after an interruption; no note of its start is needed then.</param>
[GenerateSerializer, Immutable]
public sealed record PluginWork(
    [property: Id(0)] long TaskId,
    [property: Id(1)] string Command,
    [property: Id(2)] string Parameters,
    [property: Id(3)] bool Idempotent)
{
    /// <summary>Without the parameters, which may hold secrets.</summary>
    public override string ToString() => $"PluginWork {{ TaskId = {TaskId}, Command = {Command} }}";
}
