using System.Text;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class StanzaScannerTests
{
    private const string Header = "<?xml version='1.0'?><stream:stream to='a>b' xmlns='jabber:client'>";

    private static readonly string[] Stanzas =
    [
        "<presence/>",
        "<message a='/>' b=\"</message>\"><body>1 &lt; 2</body></message>",
        "<message><body><![CDATA[</message> ]] ]>]]></body><x><x/></x></message>",
        "<iq type='set'\n id='1' ><query xmlns='q'/></iq>",
        "<message><body>ğ😀</body></message>",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Stanzas_are_found_however_the_bytes_arrive(int chunk)
    {
        var scanner = new StanzaScanner();

        var found = Feed(scanner, Header + string.Join(" \n", Stanzas) + "</stream:stream><presence/>", chunk);

        Assert.Equal(Stanzas, found);
        Assert.True(scanner.Opened);
        Assert.True(scanner.Ended);
    }

    [Fact]
    public void A_stanza_larger_than_any_buffer_is_found()
    {
        var stanza = $"<message><body>{new string('x', 300_000)}</body></message>";

        Assert.Equal([stanza], Feed(new StanzaScanner(), Header + stanza + "<presence", 4096));
    }

    [Fact]
    public void An_endless_stanza_is_refused()
    {
        var scanner = new StanzaScanner();

        Assert.Throws<BareXmppException>(() => Feed(scanner, Header + "<message>" + new string('x', 17 << 20), 1 << 20));
    }

    private static List<string> Feed(StanzaScanner scanner, string text, int chunk)
    {
        var found = new List<string>();
        for (ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(text); !bytes.IsEmpty;)
        {
            var room = scanner.GetRoom();
            var count = Math.Min(Math.Min(chunk, room.Length), bytes.Length);
            bytes[..count].CopyTo(room);
            scanner.Commit(count);
            bytes = bytes[count..];
            while (scanner.TryRead(out var stanza))
            {
                found.Add(Encoding.UTF8.GetString(stanza));
            }
        }

        return found;
    }
}
