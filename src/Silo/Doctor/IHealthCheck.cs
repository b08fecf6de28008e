namespace Ahenk.Silo.Doctor;

/// <summary>Looks at one thing. docs/doctor.md lists them by their numbers, which stay.</summary>
internal interface IHealthCheck
{
    /// <summary>Its number.</summary>
    int Number { get; }

    /// <summary>What it looks at, in a few words.</summary>
    string Name { get; }

    /// <summary>Whether its findings may be shown to everybody on this machine; else to root alone.</summary>
    bool IsForEverybody { get; }

    /// <summary>Looks. It is given up after a time.</summary>
    Task<Finding> CheckAsync(CancellationToken cancellationToken);
}
