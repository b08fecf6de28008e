using System.Text;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>Makes hostile streams out of valid ones; the same seed makes the same stream.</summary>
internal static class StreamMutator
{
    private static readonly string[] Valid =
    [
        Steps.Message("görev {&quot;type&quot;:&quot;EXECUTE_TASK&quot;,&quot;id&quot;:17} 😀"),
        "<message from='lider_sunucu@im.liderahenk.org/Smack' type='normal' id='x'><body>a<![CDATA[<b>]]>c</body>" +
            "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></message>",
        "<message from='lider_sunucu@im.liderahenk.org'><received xmlns='urn:xmpp:receipts' id='m1'/></message>",
        "<message type='error'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
        "<iq type='get' id='p' from='im.liderahenk.org'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<iq type='get' id='d'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>",
        "<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='a@b' subscription='both'><group>G</group></item></query></iq>",
        "<iq type='result' id='1'/>",
        "<presence from='lider_sunucu@im.liderahenk.org/Smack'><priority>1</priority></presence>",
        "<presence type='subscribe' from='lider_sunucu@im.liderahenk.org'/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<a xmlns='urn:xmpp:sm:3' h='1'/>",
        "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
        " \n\t",
    ];

    private static readonly string[] Markup =
    [
        "<", ">", "/>", "</", "<?", "?>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE x [", "&", "&amp;", "&#0;", "&#x10FFFF;", "&#xD800;", "'", "\"",
        "=", "</stream:stream>", "</message>", "</body>", "<message>", "<stream:stream>", "<?xml version='1.0'?>", "xmlns=''", "xmlns:x='y'",
        "<a xmlns='urn:xmpp:sm:3' h='99999999999999999999'/>", "<x:y/>", "\u0000", "\u001F", "\uFFFE", "\u2028",
    ];

    private static readonly byte[][] BadText = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xEF, 0xBB, 0xBF]];

    /// <summary>One to five stanzas with one to six injuries.</summary>
    public static byte[] Stanzas(Random random) => Injure(random, Pick(random, Valid, 1 + random.Next(5)));

    /// <summary>What a server says before there is a session, injured.</summary>
    public static byte[] Negotiation(Random random)
    {
        string[] steps =
        [
            Steps.Header(),
            $"<stream:features>{Steps.Mechanisms("PLAIN", "SCRAM-SHA-1")}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
            "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj1meWtvLHM9UVNYQ1IrUTZzZWs4YmY5MixpPTQwOTY=</challenge>",
            "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
            "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><temporary-auth-failure/></failure>",
            Steps.Header("x2") + "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>",
            "<iq type='result' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>a@b/c</jid></bind></iq>",
            "<enabled xmlns='urn:xmpp:sm:3' id='s' resume='true'/>",
        ];
        return Injure(random, string.Concat(steps.Take(1 + random.Next(steps.Length))));
    }

    private static string Pick(Random random, string[] from, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => from[random.Next(from.Length)]));

    private static byte[] Injure(Random random, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).ToList();
        for (var injuries = 1 + random.Next(6); injuries > 0 && bytes.Count > 0; injuries--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(10))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    var other = random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(Math.Min(20, bytes.Count - at)) + 1);
                    break;
                case 4:
                    bytes.InsertRange(at, BadText[random.Next(BadText.Length)]);
                    break;
                case 5:
                    bytes.InsertRange(at, Repeat(random, "<a>", 200));
                    break;
                case 6:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(100)).Select(number => $" a{number}='{number}'"))));
                    break;
                case 7:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(200, bytes.Count - at)) + 1));
                    break;
                case 8:
                    bytes.InsertRange(at, Repeat(random, "x", 4000));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Markup[random.Next(Markup.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Repeat(Random random, string text, int most) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, random.Next(most))));
}
