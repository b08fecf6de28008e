using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.Grains.Interfaces;

/// <summary>The part of the daemon that shows the silo in a browser. Its assembly, and the web server it needs, are loaded only where the configuration asks for it.</summary>
public interface IDashboardModule
{
    /// <summary>Adds it to the silo's services.</summary>
    /// <param name="services">The daemon's services, with those of the silo.</param>
    /// <param name="access">Told where it listens.</param>
    void AddTo(IServiceCollection services, DashboardAccess access);
}

/// <summary>Where the dashboard is, or why it is not there.</summary>
/// <param name="port">The port of 127.0.0.1 that is asked for; 0: a free one.</param>
public sealed class DashboardAccess(int port)
{
    private volatile string? _address;
    private volatile string? _problem;

    /// <summary>The port of 127.0.0.1 that is asked for; 0: a free one.</summary>
    public int Port => port;

    /// <summary>Its address with the token of this start, which is a secret; <see langword="null"/>: it does not listen.</summary>
    public string? Address => _address;

    /// <summary>Why it does not listen.</summary>
    public string? Problem => _problem;

    /// <summary>It listens.</summary>
    public void Opened(string address) => _address = address;

    /// <summary>It does not.</summary>
    /// <param name="problem">What happened and what to do, as a sentence.</param>
    public void Failed(string problem) => _problem = problem;
}
