using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Doctor;

/// <summary>A check that means nothing without a usable configuration.</summary>
internal abstract class NeedsConfiguration(Patient patient) : IHealthCheck
{
    public abstract int Number { get; }

    public abstract string Name { get; }

    public virtual bool IsForEverybody => false;

    /// <summary>What is examined.</summary>
    protected Patient Patient { get; } = patient;

    public Task<Finding> CheckAsync(CancellationToken cancellationToken) => Patient.Settings is { } settings
        ? CheckAsync(settings, cancellationToken)
        : Task.FromResult(Finding.Skipped("Without a usable configuration this is not known (check 1)."));

    protected abstract Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken);
}

/// <summary>A check of what only a running daemon knows.</summary>
internal abstract class NeedsDaemon(Patient patient) : IHealthCheck
{
    public abstract int Number { get; }

    public abstract string Name { get; }

    public virtual bool IsForEverybody => false;

    /// <summary>What is examined.</summary>
    protected Patient Patient { get; } = patient;

    public Task<Finding> CheckAsync(CancellationToken cancellationToken) => Patient.Daemon is { } daemon
        ? CheckAsync(daemon, cancellationToken)
        : Task.FromResult(Finding.Broken("The daemon does not run, or does not answer (check 2).", "Start it: systemctl start ahenk"));

    protected abstract Task<Finding> CheckAsync(DaemonKnowledge daemon, CancellationToken cancellationToken);
}
