using System.Text;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class LineReaderTests
{
    private const int Most = 8192;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    public async Task Lines_come_whole_however_they_are_cut_into_packets(int packet)
    {
        string[] lines = ["one", "", new string('ğ', 3000), "last"];

        Assert.Equal(lines, await ReadAll(string.Concat(lines.Select(line => line + "\n")), packet));
    }

    [Fact]
    public async Task What_has_no_end_is_not_a_line() => Assert.Equal(["one"], await ReadAll("one\ntwo", 100));

    [Fact]
    public async Task The_longest_line_is_read_and_a_longer_one_is_refused()
    {
        var longest = new string('x', Most - 1);
        Assert.Equal([longest], await ReadAll(longest + "\n", 1000));

        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAll(longest + "x\n", 1000));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAll(new string('x', 100_000), 100_000));
    }

    private static async Task<List<string>> ReadAll(string text, int packet)
    {
        var reader = new LineReader(new PacketStream(Encoding.UTF8.GetBytes(text), packet), Most);
        var lines = new List<string>();
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>Gives at most so many bytes at once.</summary>
    private sealed class PacketStream(byte[] content, int packet) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(packet, buffer.Length)], cancellationToken);
    }
}
