using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>Keeps what is raised.</summary>
internal sealed class RecordingEvents : IAgentEvents
{
    private readonly ConcurrentQueue<AgentEvent> _raised = new();

    public IReadOnlyList<AgentEvent> Raised => [.. _raised];

    public void Raise(AgentEvent happened) => _raised.Enqueue(happened);

    public IEventSubscription Subscribe(EventFilter filter) => throw new NotSupportedException("The gateway listens to nothing.");
}
