using Ahenk.Grains.Interfaces;

namespace Ahenk.Plugins.Hosting.Processes;

/// <summary>What the processes of one plugin may use, and how long they are kept.</summary>
public sealed record PluginLimits
{
    /// <summary>Bytes of memory; <see langword="null"/>: no limit. <c>[PLUGIN] memory_limit_mib</c>, default 512 MiB.</summary>
    public long? MemoryBytes { get; init; } = 512L << 20;

    /// <summary>Processor time in percent of one core; <see langword="null"/>, the default: no limit.</summary>
    public int? CpuPercent { get; init; }

    /// <summary>Processes and threads; <see langword="null"/>: no limit. Default: 256.</summary>
    public int? Processes { get; init; } = 256;

    /// <summary>How long a process that has nothing to do is kept for the next call. Default: 5 minutes.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time between SIGTERM and SIGKILL, and between the request to leave and SIGTERM. Default: 2 seconds.</summary>
    public TimeSpan KillGrace { get; init; } = TimeSpan.FromSeconds(2);

    internal ProcessLimits OfProcess => new() { MemoryBytes = MemoryBytes, CpuPercent = CpuPercent, Processes = Processes };
}
