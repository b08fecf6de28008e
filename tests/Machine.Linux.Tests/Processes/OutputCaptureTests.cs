using System.Text;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Tests.Processes;

[Trait("Category", "Unit")]
public sealed class OutputCaptureTests
{
    [Theory]
    [InlineData(KeptPart.Start, 10, "0123456789")]
    [InlineData(KeptPart.End, 10, "0123456789")]
    [InlineData(KeptPart.Start, 4, "0123\n[... 6 bytes cut here ...]")]
    [InlineData(KeptPart.End, 4, "[... 6 bytes cut here ...]\n6789")]
    [InlineData(KeptPart.Start, 0, "\n[... 10 bytes cut here ...]")]
    [InlineData(KeptPart.End, 0, "[... 10 bytes cut here ...]\n")]
    public void The_part_asked_for_is_kept_however_the_bytes_come(KeptPart keep, int limit, string expected)
    {
        foreach (var size in (int[])[1, 3, 4, 7, 10])
        {
            var capture = new OutputCapture(limit, keep);
            foreach (var chunk in "0123456789"u8.ToArray().Chunk(size))
            {
                capture.Add(chunk);
            }

            Assert.Equal(expected, capture.Decode());
        }
    }

    [Fact]
    public void A_seeded_stream_of_random_chunks_keeps_exactly_its_ends()
    {
        var random = new Random(20);
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 300)).Select(_ => (char)random.Next('a', 'z' + 1)));
            var limit = random.Next(1, 300);
            var start = new OutputCapture(limit, KeptPart.Start);
            var end = new OutputCapture(limit, KeptPart.End);
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(random.Next(1, 90), text.Length - at);
                start.Add(Encoding.UTF8.GetBytes(text.Substring(at, length)));
                end.Add(Encoding.UTF8.GetBytes(text.Substring(at, length)));
                at += length;
            }

            var cut = text.Length - limit;
            Assert.Equal(cut <= 0 ? text : $"{text[..limit]}\n[... {cut} bytes cut here ...]", start.Decode());
            Assert.Equal(cut <= 0 ? text : $"[... {cut} bytes cut here ...]\n{text[^limit..]}", end.Decode());
        }
    }

    [Theory]
    [InlineData("aş", 2, "a\n[... 2 bytes cut here ...]", "ş")]
    [InlineData("a☃☃", 5, "a☃\n[... 3 bytes cut here ...]", "☃")]
    [InlineData("😀😀", 7, "😀\n[... 4 bytes cut here ...]", "😀")]
    public void A_cut_does_not_go_through_a_character(string text, int limit, string start, string end)
    {
        var first = new OutputCapture(limit, KeptPart.Start);
        var last = new OutputCapture(limit, KeptPart.End);
        first.Add(Encoding.UTF8.GetBytes(text));
        last.Add(Encoding.UTF8.GetBytes(text));

        Assert.Equal(start, first.Decode());
        var kept = last.Decode();
        Assert.DoesNotContain('\uFFFD', kept);
        Assert.EndsWith(end, kept, StringComparison.Ordinal);
    }
}
