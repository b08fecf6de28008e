using System.Net;
using System.Net.Sockets;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Net;

/// <summary>An address to try.</summary>
/// <param name="EndPoint">Address and port.</param>
/// <param name="DirectTls">Whether TLS begins at once (XEP-0368) instead of with STARTTLS.</param>
internal readonly record struct Candidate(IPEndPoint EndPoint, bool DirectTls);

/// <summary>Where a server may be reached, in the order to try (RFC 6120 3.2, RFC 2782, XEP-0368).</summary>
internal sealed class EndpointFinder(XmppClientOptions options, INameLookup lookup, Random random)
{
    private const int DefaultPort = 5222;

    /// <summary>Finds the addresses.</summary>
    /// <exception cref="StreamFailureException">There are none.</exception>
    public async Task<IReadOnlyList<Candidate>> FindAsync(CancellationToken cancellationToken)
    {
        if (options.Host.Length > 0)
        {
            return await AddressesAsync(options.Host, options.Port, false, cancellationToken);
        }

        var services = await ServicesAsync(cancellationToken);
        if (services.Count == 0)
        {
            return await AddressesAsync(options.ServiceName, DefaultPort, false, cancellationToken);
        }

        var found = new List<Candidate>();
        StreamFailureException? last = null;
        foreach (var (record, directTls) in services)
        {
            try
            {
                found.AddRange(await AddressesAsync(record.Target, record.Port, directTls, cancellationToken));
            }
            catch (StreamFailureException e)
            {
                last = e;
            }
        }

        return found.Count > 0 || last is null ? found : throw last;
    }

    private async Task<List<(SrvRecord Record, bool DirectTls)>> ServicesAsync(CancellationToken cancellationToken)
    {
        var startTls = lookup.FindServicesAsync($"_xmpp-client._tcp.{options.ServiceName}", cancellationToken);
        var directTls = options.Tls == TlsMode.Never
            ? Task.FromResult<IReadOnlyList<SrvRecord>>([])
            : lookup.FindServicesAsync($"_xmpps-client._tcp.{options.ServiceName}", cancellationToken);
        var all = (await startTls).Select(r => (Record: r, DirectTls: false)).Concat((await directTls).Select(r => (Record: r, DirectTls: true))).ToList();
        var offered = all.Where(s => s.Record.Target.Length > 0).ToList();
        if (all.Count > 0 && offered.Count == 0)
        {
            throw new StreamFailureException(
                XmppFailureKind.NameResolution, $"The domain {options.ServiceName} says in DNS that it offers no XMPP service to clients. Set the host.");
        }

        return Ordered(offered);
    }

    /// <summary>By priority; within one, drawn by weight.</summary>
    private List<(SrvRecord Record, bool DirectTls)> Ordered(List<(SrvRecord Record, bool DirectTls)> services)
    {
        var ordered = new List<(SrvRecord, bool)>();
        foreach (var group in services.GroupBy(s => s.Record.Priority).OrderBy(g => g.Key))
        {
            // RFC 2782: records of weight 0 stand first, so that they have a chance when the draw is 0.
            var left = group.OrderBy(s => s.Record.Weight == 0 ? 0 : 1).ToList();
            while (left.Count > 0)
            {
                var drawn = random.NextInt64(left.Sum(s => (long)s.Record.Weight) + 1);
                var index = 0;
                for (long sum = left[0].Record.Weight; sum < drawn; sum += left[++index].Record.Weight)
                {
                }

                ordered.Add(left[index]);
                left.RemoveAt(index);
            }
        }

        return ordered;
    }

    private async Task<IReadOnlyList<Candidate>> AddressesAsync(string host, int port, bool directTls, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return [new Candidate(new IPEndPoint(literal, port), directTls)];
        }

        try
        {
            var addresses = await lookup.FindAddressesAsync(host, cancellationToken);
            return addresses.Count > 0
                ? [.. Alternating(addresses).Select(a => new Candidate(new IPEndPoint(a, port), directTls))]
                : throw Unknown(host, null);
        }
        catch (SocketException e)
        {
            throw Unknown(host, e);
        }
    }

    private static StreamFailureException Unknown(string host, SocketException? cause) => new(
        XmppFailureKind.NameResolution,
        $"The address of {host} could not be looked up{(cause is null ? "" : $" ({cause.Message})")}. Check the host name and the machine's name servers.",
        cause);

    /// <summary>One address of each family in turn, beginning with the family the system put first: one broken family costs one time limit.</summary>
    private static IEnumerable<IPAddress> Alternating(IReadOnlyList<IPAddress> addresses)
    {
        var first = addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily).ToList();
        var second = addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily).ToList();
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            if (i < first.Count)
            {
                yield return first[i];
            }

            if (i < second.Count)
            {
                yield return second[i];
            }
        }
    }
}
