using Ahenk.XmppServers;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>The client against Prosody.</summary>
[Trait("Category", "Integration")]
public sealed class ProsodyTests(SharedServer<ProsodyServer> shared) : RealServerTests<ProsodyServer>(shared), IClassFixture<SharedServer<ProsodyServer>>;
