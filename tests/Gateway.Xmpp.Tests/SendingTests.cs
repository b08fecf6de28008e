using System.Text;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>What a message looks like on the wire, and which are never written.</summary>
[Trait("Category", "Unit")]
public sealed class SendingTests
{
    private static readonly XName Body = ScriptedConnection.Client + "body";

    [Fact]
    public async Task Message_is_addressed_normal_and_carries_its_body()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await scene.Client.SendAllAsync(Outgoing.Message("m1", """{"type":"TASK_STATUS","responseMessage":"Görev <b>bitti</b> & 'tamam' ]]> 😀"}"""));

        var message = await connection.ReadStanzaAsync("the message");
        Assert.Equal("normal", (string?)message.Attribute("type"));
        Assert.Equal("m1", (string?)message.Attribute("id"));
        Assert.Equal("lider_sunucu@im.liderahenk.org/Smack", (string?)message.Attribute("to"));
        Assert.Equal("""{"type":"TASK_STATUS","responseMessage":"Görev <b>bitti</b> & 'tamam' ]]> 😀"}""", message.Element(Body)!.Value);
        Assert.Single(message.Elements());
    }

    [Fact]
    public async Task Receipt_is_requested_when_asked_for()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await scene.Client.SendAllAsync(Outgoing.Message("m1") with { RequestReceipt = true });

        Assert.NotNull((await connection.ReadStanzaAsync("the message")).Element("{urn:xmpp:receipts}request"));
    }

    [Theory]
    [InlineData("a\0b", "a\uFFFDb")]
    [InlineData("bell\a esc\u001b vt\v", "bell\uFFFD esc\uFFFD vt\uFFFD")]
    [InlineData("lone {d83d} high", "lone \uFFFD high")]
    [InlineData("lone {de00} low", "lone \uFFFD low")]
    [InlineData("swapped {de00}{d83d} pair", "swapped \uFFFD\uFFFD pair")]
    [InlineData("at the end {d83d}", "at the end \uFFFD")]
    [InlineData("nonchars \ufffe\uffff", "nonchars \uFFFD\uFFFD")]
    [InlineData("tab\tend", "tab\tend")]
    [InlineData("nel\u0085 ls\u2028", "nel\u0085 ls\u2028")]
    public async Task Characters_xml_forbids_are_replaced_and_all_others_arrive(string sent, string arrives)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        // An attribute's text cannot hold half a surrogate pair.
        sent = sent.Replace("{d83d}", "\ud83d", StringComparison.Ordinal).Replace("{de00}", "\ude00", StringComparison.Ordinal);
        await scene.Client.SendAllAsync(Outgoing.Message("m1", sent));

        Assert.Equal(arrives, (await connection.ReadStanzaAsync("the message")).Element(Body)!.Value);
    }

    [Theory]
    [InlineData("line\r\nline\rline\n")]
    [InlineData("  spaces  ")]
    [InlineData("")]
    public async Task Whitespace_arrives_as_it_was(string body)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await scene.Client.SendAllAsync(Outgoing.Message("m1", body));

        Assert.Equal(body, (await connection.ReadStanzaAsync("the message")).Element(Body)!.Value);
    }

    [Theory]
    [InlineData("quote'\"<&>\t\n")]
    [InlineData("a\u0001b")]
    public async Task Hostile_id_cannot_break_out_of_its_attribute(string id)
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await scene.Client.SendAllAsync(Outgoing.Message(id, "x"));

        var message = await connection.ReadStanzaAsync("the message");
        Assert.Equal(id.Replace('\u0001', '\uFFFD'), (string?)message.Attribute("id"));
        Assert.Equal("x", message.Element(Body)!.Value);
    }

    [Fact]
    public async Task Stanza_above_the_cap_is_an_outcome_and_not_a_byte_of_it_is_written()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        var outcomes = await scene.Client.SendAsync(
            Outgoing.Message("m1"), Outgoing.Message("big", new string('x', 61 * 1024), tag: 3), Outgoing.Message("m3"));

        Assert.Equal([SendOutcome.Sent, SendOutcome.TooLarge, SendOutcome.Sent], outcomes);
        Assert.Equal(["m1", "m3"], await connection.ReadIdsAsync(2));
        await connection.FlushAsync();
        Assert.DoesNotContain("xxxx", connection.Received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 1)]
    [InlineData("<", 4)]
    [InlineData("ş", 2)]
    [InlineData("😀", 4)]
    public async Task Cap_counts_the_bytes_on_the_wire(string text, int bytes)
    {
        const int Cap = 4096;
        var (scene, connection) = await Scene.OnlineAsync(options => options with { MaxOutgoingStanzaBytes = Cap });
        await using var _ = scene;
        await scene.Client.SendAllAsync(Outgoing.Message("m1", "y"));
        var frame = Encoding.UTF8.GetByteCount(await NextMessageTextAsync(connection)) - 1;
        var fits = string.Concat(Enumerable.Repeat(text, (Cap - frame) / bytes)) + new string('z', (Cap - frame) % bytes);

        Assert.Equal([SendOutcome.Sent, SendOutcome.TooLarge], await scene.Client.SendAsync(Outgoing.Message("m2", fits), Outgoing.Message("m3", fits + "z")));

        Assert.Equal(Cap, Encoding.UTF8.GetByteCount(await NextMessageTextAsync(connection)));
    }

    [Fact]
    public async Task Without_a_session_nothing_is_kept()
    {
        await using var scene = Scene.Start();
        Assert.Equal([SendOutcome.NotConnected], await scene.Client.SendAsync(Outgoing.Message("m1")));

        var connection = await scene.Server.AcceptSessionAsync();
        await scene.Handler.NextSessionAsync();

        await connection.FlushAsync();
        Assert.DoesNotContain("m1", connection.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batches_of_many_senders_stay_in_their_own_order_and_are_not_mixed_up()
    {
        const int Senders = 8;
        const int Each = 25;
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var sending = Enumerable.Range(0, Senders)
            .Select(sender => Task.Run(() => scene.Client.SendAllAsync(Outgoing.Messages(Enumerable.Range(0, Each).Select(number => $"{sender}-{number:00}")))))
            .ToArray();

        var ids = await connection.ReadIdsAsync(Senders * Each);
        await Task.WhenAll(sending).Within("all senders");

        foreach (var own in ids.GroupBy(id => id.Split('-')[0]))
        {
            Assert.Equal(Enumerable.Range(0, Each).Select(number => $"{own.Key}-{number:00}"), own);
        }
    }

    [Fact]
    public async Task Nothing_is_sent_for_nothing()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        Assert.Empty(await scene.Client.SendAsync());

        Assert.DoesNotContain(await connection.FlushAsync(), token => token.Element?.Name == ScriptedConnection.Client + "message");
    }

    private static async Task<string> NextMessageTextAsync(ScriptedConnection connection)
    {
        while (true)
        {
            var token = await connection.ReadAsync("the next message");
            if (token.Element?.Name == ScriptedConnection.Client + "message")
            {
                return token.Text;
            }
        }
    }
}
