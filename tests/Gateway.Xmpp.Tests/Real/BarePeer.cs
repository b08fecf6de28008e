using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.XmppServers;

namespace Ahenk.Gateway.Xmpp.Tests.Real;

/// <summary>Another program on a real server: plain text, PLAIN, and whatever stanzas a test writes.</summary>
internal sealed class BarePeer : IAsyncDisposable
{
    private readonly ScriptedConnection _connection;

    private BarePeer(ScriptedConnection connection, Jid boundJid)
    {
        _connection = connection;
        BoundJid = boundJid;
    }

    public Jid BoundJid { get; }

    public static async Task<BarePeer> LogInAsync(IXmppTestServer server, string user, string password)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken);
        var connection = new ScriptedConnection(socket);
        await OpenAsync(connection, server.Domain);
        await connection.WriteAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{Steps.Base64($"\0{user}\0{password}")}</auth>");
        await connection.ReadElementAsync(ScriptedConnection.Sasl + "success", "the peer's login");
        await OpenAsync(connection, server.Domain);
        await connection.WriteAsync("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        var bound = await connection.ReadElementAsync("the peer's resource");
        return new BarePeer(connection, Jid.Parse(bound.Descendants("{urn:ietf:params:xml:ns:xmpp-bind}jid").Single().Value));
    }

    public Task SendAsync(string stanza) => _connection.WriteAsync(stanza);

    public Task<XElement> ReadMessageAsync() => ReadAsync(element => element.Name.LocalName == "message", "a message at the peer");

    public Task<XElement> ReadIqAsync(string id) =>
        ReadAsync(element => element.Name.LocalName == "iq" && (string?)element.Attribute("id") == id, $"the answer {id} at the peer");

    public Task<XElement> ReadPresenceOfAsync(Jid jid) =>
        ReadAsync(element => element.Name.LocalName == "presence" && (string?)element.Attribute("from") == jid.ToString(), $"the presence of {jid}");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task OpenAsync(ScriptedConnection connection, string domain)
    {
        await connection.WriteAsync(
            $"<?xml version='1.0'?><stream:stream to='{domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>");
        Assert.Equal(TokenKind.Header, (await connection.ReadAsync("the server's header")).Kind);
        await connection.ReadElementAsync("the server's features");
    }

    private async Task<XElement> ReadAsync(Func<XElement, bool> wanted, string what)
    {
        while (true)
        {
            var element = await _connection.ReadElementAsync(what);
            if (wanted(element))
            {
                return element;
            }
        }
    }
}
