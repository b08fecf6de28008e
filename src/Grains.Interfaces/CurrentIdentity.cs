namespace Ahenk.Grains.Interfaces;

/// <summary>The machine's identity for those who cannot await a grain; empty until <see cref="IAgentGrain"/> has first read it.</summary>
public sealed class CurrentIdentity
{
    private volatile AgentIdentity _value = new();

    /// <summary>It was read or stored; raised before anybody sees it.</summary>
    public event Action<AgentIdentity>? Changed;

    /// <summary>What <see cref="IAgentGrain"/> last read or stored; only it sets it.</summary>
    public AgentIdentity Value
    {
        get => _value;
        set
        {
            Changed?.Invoke(value);
            _value = value;
        }
    }
}
