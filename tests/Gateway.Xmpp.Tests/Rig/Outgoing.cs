using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Messages to Lider as tests send them.</summary>
internal static class Outgoing
{
    public static readonly Jid Lider = Jid.Parse($"lider_sunucu@{Steps.Domain}/Smack");

    public static OutgoingMessage Message(string id, string? body = null, long tag = 0) => new(id, Lider, body ?? $"body of {id}") { Tag = tag };

    public static OutgoingMessage[] Messages(params IEnumerable<string> ids) => [.. ids.Select(id => Message(id))];

    public static Task<IReadOnlyList<SendOutcome>> SendAsync(this XmppClient client, params IReadOnlyList<OutgoingMessage> messages) =>
        client.SendAsync(messages, TestContext.Current.CancellationToken).Within("SendAsync to complete");

    /// <summary>Sends and expects every message to be on its way.</summary>
    public static async Task SendAllAsync(this XmppClient client, params IReadOnlyList<OutgoingMessage> messages) =>
        Assert.All(await client.SendAsync(messages), outcome => Assert.Equal(SendOutcome.Sent, outcome));

    /// <summary>Reads the next stanzas and gives their ids.</summary>
    public static async Task<IReadOnlyList<string>> ReadIdsAsync(this ScriptedConnection connection, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            ids.Add((string?)(await connection.ReadStanzaAsync($"stanza {ids.Count + 1} of {count}")).Attribute("id") ?? "");
        }

        return ids;
    }

    /// <summary>
    /// Pings the client and gives everything it wrote before its answer: what is not among it by then was not written at all.
    /// </summary>
    public static async Task<IReadOnlyList<Token>> FlushAsync(this ScriptedConnection connection, string id = "flush")
    {
        await connection.WriteAsync($"<iq type='get' id='{id}' from='{Steps.Domain}'><ping xmlns='urn:xmpp:ping'/></iq>");
        var before = new List<Token>();
        while (true)
        {
            var token = await connection.ReadAsync("the answer to our ping");
            if (token.Kind == TokenKind.Closed)
            {
                throw new InvalidOperationException($"The client closed the connection instead of answering a ping. Received: {connection.Received}");
            }

            if (token.Element is { } element && (string?)element.Attribute("id") == id)
            {
                return before;
            }

            before.Add(token);
        }
    }
}
