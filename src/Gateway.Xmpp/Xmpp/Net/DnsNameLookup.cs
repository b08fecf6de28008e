using System.Net;
using System.Runtime.CompilerServices;
using DnsClient;

namespace Ahenk.Gateway.Xmpp.Xmpp.Net;

/// <summary>The machine's own name resolution; DnsClient is loaded by the first SRV look-up only.</summary>
internal sealed class DnsNameLookup : INameLookup
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<SrvRecord>> FindServicesAsync(string name, CancellationToken cancellationToken) => QueryAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IPAddress>> FindAddressesAsync(string host, CancellationToken cancellationToken) =>
        await Dns.GetHostAddressesAsync(host, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<IReadOnlyList<SrvRecord>> QueryAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await new LookupClient().QueryAsync(name, QueryType.SRV, cancellationToken: cancellationToken);
            return [.. answer.Answers.SrvRecords().Select(r => new SrvRecord(r.Target.Value.TrimEnd('.'), r.Port, r.Priority, r.Weight))];
        }
        catch (DnsResponseException)
        {
            // RFC 6120 3.2.1: without an answer the client goes on with the domain's own addresses, and that failure is the one that is told.
            return [];
        }
    }
}
