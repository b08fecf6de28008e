using System.Text;
using System.Text.Json.Nodes;
using System.Xml;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class WireSizeTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("{\"a\":'b'}", 9)]
    [InlineData("&<>", 13)]
    [InlineData("ş€😀", 9)]
    public void Bodies_are_measured_as_escaped_utf8(string body, int expected)
    {
        Assert.Equal(expected, WireSize.OfBody(body));
    }

    [Fact]
    public void A_body_takes_in_xml_what_was_measured()
    {
        foreach (var message in GoldenOutboundTests.Messages)
        {
            var body = message.ToBody();
            using var xml = new MemoryStream();
            using (var writer = XmlWriter.Create(xml, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true }))
            {
                writer.WriteElementString("body", body);
            }

            Assert.Equal(xml.Length - "<body></body>".Length, WireSize.OfBody(body));
        }
    }

    [Fact]
    public void The_size_of_every_code_point_is_what_the_writer_makes_of_it()
    {
        var empty = WireSize.OfBody(Body(""));
        var block = new StringBuilder();
        for (var value = 0; value <= 0x10ffff; value++)
        {
            block.Append(Rune.IsValid(value) ? new Rune(value).ToString() : ((char)value).ToString());
            if ((value & 0xff) == 0xff)
            {
                var text = block.ToString();
                block.Clear();
                Assert.True(WireSize.OfBody(Body(text)) - empty == WireSize.OfText(text), $"block up to U+{value:X4}");
            }
        }
    }

    /// <summary>Half a pair cannot stand in an attribute.</summary>
    public static TheoryData<string, int, int, int> Cuts() => new()
    {
        { "abcdef", 3, 3, 3 },
        { "ab😀cd", 4, 2, 4 },
        { "ab😀cd", 14, 4, 2 },
        { "ab\ud800cd", 7, 2, 3 },
        { "ab\ud800cd", 8, 3, 2 },
        { "ab\udc00cd", 7, 2, 3 },
        { "&&&", 10, 2, 1 },
        { "abc", 0, 0, 3 },
        { "abc", 100, 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Cuts_are_made_between_whole_code_points(string text, int bytes, int end, int start)
    {
        Assert.Equal(end, WireSize.StartWithin(text, bytes));
        Assert.Equal(start, WireSize.EndWithin(text, bytes));
    }

    private static string Body(string text) => new TaskStatusMessage
    {
        TaskId = 1,
        ResponseCode = TaskStatusCode.Processed,
        ResponseData = new JsonObject { ["a"] = text },
        Timestamp = DateTimeOffset.UnixEpoch,
    }.ToBody();
}
