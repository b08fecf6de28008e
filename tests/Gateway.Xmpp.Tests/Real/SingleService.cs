using System.Net;
using Ahenk.Gateway.Xmpp.Xmpp.Net;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>A name server that knows one direct TLS service on loopback.</summary>
internal sealed class SingleService(int port) : INameLookup
{
    public Task<IReadOnlyList<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SrvRecord>>(
            name.StartsWith("_xmpps-client.", StringComparison.Ordinal) ? [new SrvRecord("xmpp.test", port, 0, 0)] : []);

    public Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Loopback]);
}
