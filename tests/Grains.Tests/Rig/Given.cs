using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>Values that tests begin with.</summary>
public static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static NewTask Task(long id, string plugin = "probe", string command = "RUN") => new(id, plugin, command, $$"""{"id":{{id}}}""", Now, id);

    public static IncomingTask Incoming(long id, string plugin = "probe", string command = "RUN", string? cron = null) =>
        new(Task(id, plugin, command), cron, new StreamPosition("stream", id));
}
