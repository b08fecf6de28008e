namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Tests that run while no other does: they count what the whole process allocates, or keep the machine busy.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
