using System.Net;

namespace Ahenk.Gateway.Xmpp.Xmpp.Net;

/// <summary>One SRV record (RFC 2782).</summary>
/// <param name="Target">The host, without a final dot; empty for <c>.</c>: the service is not offered.</param>
/// <param name="Port">The port.</param>
/// <param name="Priority">Lower goes first.</param>
/// <param name="Weight">The share within a priority.</param>
internal readonly record struct SrvRecord(string Target, int Port, int Priority, int Weight);

/// <summary>Looks names up; a seam for tests.</summary>
internal interface INameLookup
{
    /// <summary>The SRV records of a name, such as <c>_xmpp-client._tcp.example.org</c>; empty when there are none or no name server answered.</summary>
    Task<IReadOnlyList<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellationToken);

    /// <summary>The addresses of a host.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It has none, or no name server answered.</exception>
    Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellationToken);
}
