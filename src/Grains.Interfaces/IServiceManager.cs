namespace Ahenk.Grains.Interfaces;

/// <summary>Whoever has started the agent and watches over it: systemd, or nobody. Telling it something never fails.</summary>
public interface IServiceManager
{
    /// <summary>The agent has started.</summary>
    void Ready();

    /// <summary>The agent ends, and needs as long as this for it at most.</summary>
    void Stopping(TimeSpan most);

    /// <summary>What the agent is doing, as one line for people.</summary>
    void Tell(string status);

    /// <summary>The agent is alive and works.</summary>
    void Alive();
}
