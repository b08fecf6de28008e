using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>The client's stanza reader on its own, without a socket.</summary>
internal static class Readers
{
    private static readonly XmppClientOptions Options = new() { ServiceName = Steps.Domain, Credentials = new XmppCredentials.Anonymous() };

    /// <summary>A reader of an authenticated stream, past the stream's header.</summary>
    public static async Task<StanzaReader> OpenAsync(Stream feed)
    {
        var reader = new StanzaReader(Stream.Null, Options, new TrafficMeter(TimeProvider.System));
        reader.Restart(feed, authenticated: true);
        await reader.ReadStreamStartAsync(CancellationToken.None);
        return reader;
    }
}
