using System.Text;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>Sizes: what is too large is refused before it is read, what is large and legal costs in proportion.</summary>
[Trait("Category", "Unit")]
[Collection(nameof(Alone))]
public sealed class LimitTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task Stanza_of_eight_megabytes_is_refused_before_it_is_read()
    {
        var feed = new CountingStream(Pieces("<message><body>", new string('x', 1024), "</body></message>", 8 * 1024));

        await Assert.ThrowsAsync<StreamFailureException>(() => ReadAllAsync(feed));

        Assert.InRange(feed.Taken, MiB, MiB + (256 * 1024));
    }

    [Fact]
    public async Task Refused_stanza_ends_the_stream_with_an_error_and_the_client_comes_back()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var gotOut = await connection.TryWriteAsync(Pieces("<message><body>", new string('x', 16 * 1024), "</body></message>", 512));
        var tokens = await connection.ReadToCloseAsync();

        Assert.False(gotOut && !tokens.Any(token => token.Text.Contains("stream:error", StringComparison.Ordinal)), "8 MiB were accepted");
        var second = await scene.Server.AcceptSessionAsync();
        Assert.Equal(XmppFailureKind.Protocol, scene.Client.Status.LastFailure!.Kind);
        await second.MessageAsync("still small");
        Assert.Equal("still small", (await scene.Handler.NextMessageAsync()).Body);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(allocated < 48L * MiB, $"{allocated} bytes were allocated, the test's own among them");
    }

    [Theory]
    [InlineData("<a>", "</a>", 20_000)]
    [InlineData("<a xmlns='urn:x'>", "", 20_000)]
    [InlineData("<a:b xmlns:a='urn:x'>", "</a:b>", 65)]
    public async Task Deep_stanza_is_refused_early(string open, string close, int depth)
    {
        var feed = new CountingStream(Pieces("", open, string.Concat(Enumerable.Repeat(close, depth)), depth));

        await Assert.ThrowsAsync<StreamFailureException>(() => ReadAllAsync(feed));

        Assert.InRange(feed.Taken, 1, 64 * 1024);
    }

    [Fact]
    public async Task Depth_at_the_limit_is_read()
    {
        const int Depth = 60;
        var text = string.Concat(Enumerable.Repeat("<a>", Depth)) + string.Concat(Enumerable.Repeat("</a>", Depth));

        Assert.Equal(1, await ReadAllAsync(new CountingStream(Pieces("", text, "", 1))));
    }

    [Fact]
    public async Task Deep_stanza_on_a_socket_ends_the_stream_and_the_client_comes_back()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.TryWriteAsync(Pieces("", string.Concat(Enumerable.Repeat("<a>", 100)), "", 200));
        await connection.ReadToCloseAsync();

        await scene.Server.AcceptSessionAsync();
        Assert.Equal(XmppFailureKind.Protocol, scene.Client.Status.LastFailure!.Kind);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(20_000, false)]
    public async Task Attributes_are_counted(int count, bool accepted)
    {
        var text = $"<message {string.Concat(Enumerable.Range(0, count).Select(number => $"a{number}='' "))}/>";
        var reading = ReadAllAsync(new CountingStream(Pieces("", text, "", 1)));

        if (accepted)
        {
            Assert.Equal(1, await reading);
        }
        else
        {
            await Assert.ThrowsAsync<StreamFailureException>(() => reading);
        }
    }

    [Fact]
    public async Task Start_tag_that_never_ends_is_refused()
    {
        var feed = new CountingStream(Pieces("<message a='", new string('y', 1024), "", 8 * 1024));

        await Assert.ThrowsAsync<StreamFailureException>(() => ReadAllAsync(feed));

        Assert.InRange(feed.Taken, MiB, MiB + (256 * 1024));
    }

    [Fact]
    public async Task Endless_whitespace_between_stanzas_costs_no_memory()
    {
        var feed = new CountingStream(Pieces("", new string(' ', 4096), "<message/>", 4096));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.Equal(1, await ReadAllAsync(feed));

        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 32L * MiB, "whitespace was kept");
    }

    [Theory]
    [InlineData("<stream:features>", "<x/>", "")]
    [InlineData("", " ", "")]
    [InlineData("<stream:features a='", "y", "")]
    public async Task More_than_64_kib_before_authentication_are_refused(string head, string filling, string tail)
    {
        await using var scene = Scene.Start();
        var connection = await scene.Server.AcceptAsync();
        await connection.ReadAsync("the client's stream header");
        await connection.WriteAsync(Steps.Header());

        // Small stanzas, large stanzas, one that never ends: together more than the limit, each far below the limit of a stanza.
        var piece = string.Concat(Enumerable.Repeat(filling, 1024 / filling.Length));
        await connection.TryWriteAsync(Pieces(head, piece, tail, 80));
        await connection.ReadToCloseAsync();

        Assert.DoesNotContain("<auth", connection.Received, StringComparison.Ordinal);
        await scene.Running.WaitForFailureAsync(XmppFailureKind.Protocol);
        await scene.Server.AcceptSessionAsync();
    }

    [Fact]
    public async Task Bytes_before_authentication_do_not_count_afterwards()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        for (var number = 0; number < 20; number++)
        {
            await connection.MessageAsync(new string('x', 8 * 1024));
            Assert.Equal(8 * 1024, (await scene.Handler.NextMessageAsync()).Body!.Length);
        }
    }

    [Fact]
    public async Task Stanza_just_below_a_megabyte_arrives()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        var body = string.Concat(Enumerable.Repeat("şekerli çay &amp; ", 50_000));
        var text = Steps.Message(body);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), 900_000, MiB - 1);

        await connection.WriteAsync(text);

        Assert.Equal(body.Replace("&amp;", "&", StringComparison.Ordinal), (await scene.Handler.NextMessageAsync()).Body);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(7)]
    public async Task Cost_of_a_stanza_grows_in_proportion_to_its_size(int segment)
    {
        var small = await AllocatedAsync(256 * 1024, segment);
        var large = await AllocatedAsync(1000 * 1024, segment);

        // Four times the size: quadratic cost would be sixteen times, and buffers that double may cost one step more.
        Assert.True(large < 6.5 * small, $"256 KiB: {small} bytes allocated, 1,000 KiB: {large} bytes");

        // In a debug build each read allocates the state of its asynchronous method.
        var reads = 1000L * 1024 / segment;
        Assert.True(large < (12L * MiB) + (200 * reads), $"{large} bytes were allocated for one stanza of 1,000 KiB");
    }

    private static async Task<long> AllocatedAsync(int size, int segment)
    {
        var text = Encoding.UTF8.GetBytes($"<message><body>{new string('x', size)}</body></message>");
        async Task<long> OnceAsync()
        {
            using var reader = await OpenAsync(new CountingStream([text], segment));
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Assert.NotNull(await reader.ReadAsync(TestContext.Current.CancellationToken));
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        // The least of several: other tests may allocate at the same time.
        var costs = new List<long>();
        for (var run = 0; run < 4; run++)
        {
            costs.Add(await OnceAsync());
        }

        return costs.Min();
    }

    private static async Task<int> ReadAllAsync(Stream feed)
    {
        using var reader = await OpenAsync(feed);
        var count = 0;
        while (true)
        {
            if (await reader.ReadAsync(TestContext.Current.CancellationToken) is null)
            {
                return count;
            }

            count++;
        }
    }

    private static Task<StanzaReader> OpenAsync(Stream feed) => Readers.OpenAsync(feed);

    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(string head, string filling, string tail, int times)
    {
        yield return Encoding.UTF8.GetBytes(head);
        var piece = Encoding.UTF8.GetBytes(filling);
        for (var time = 0; time < times; time++)
        {
            yield return piece;
        }

        yield return Encoding.UTF8.GetBytes(tail);
    }
}
