using System.Text;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>TCP cuts a stream where it likes: stanzas arrive whole and at once all the same.</summary>
[Trait("Category", "Unit")]
public sealed class FramingTests
{
    private const string Text = "ağaç 😀 şık &lt;&#x20AC;&gt; <![CDATA[ <b> ]]>";
    private const string Read = "ağaç 😀 şık <€>  <b> ";

    [Fact]
    public async Task Stanza_that_comes_byte_by_byte_is_read()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        foreach (var one in Encoding.UTF8.GetBytes(Steps.Message(Text)))
        {
            await connection.WriteAsync(new byte[] { one });
        }

        Assert.Equal(Read, (await scene.Handler.NextMessageAsync()).Body);
    }

    [Fact]
    public async Task Stanza_split_anywhere_is_read_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes(Steps.Message(Text) + "<presence/>");
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            using var reader = await Readers.OpenAsync(new CountingStream([bytes.AsMemory(0, cut), bytes.AsMemory(cut)]));

            Assert.Equal(Read, (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Elements().Single().Value);
            Assert.Equal("presence", (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Name.LocalName);
            Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Whole_session_works_one_byte_at_a_time()
    {
        using var reader = await Readers.OpenAsync(new CountingStream([Encoding.UTF8.GetBytes(Steps.Message(Text) + " \n" + Steps.Message("b"))], 1));

        Assert.Equal(Read, (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Elements().Single().Value);
        Assert.Equal("b", (await reader.ReadAsync(TestContext.Current.CancellationToken))!.Elements().Single().Value);
    }

    [Fact]
    public async Task Many_stanzas_in_one_segment_arrive_all_and_in_order()
    {
        const int Count = 500;
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(string.Concat(Enumerable.Range(0, Count).Select(number => Steps.Message($"{number}", $"m{number}"))));

        for (var number = 0; number < Count; number++)
        {
            Assert.Equal($"{number}", (await scene.Handler.NextMessageAsync()).Body);
        }
    }

    [Fact]
    public async Task Complete_stanza_is_not_held_back_by_the_beginning_of_the_next()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(Steps.Message("whole") + "<message from='");

        Assert.Equal("whole", (await scene.Handler.NextMessageAsync()).Body);
        await connection.WriteAsync($"{Outgoing.Lider}'><body>rest</body></message>");
        Assert.Equal("rest", (await scene.Handler.NextMessageAsync()).Body);
    }

    [Fact]
    public async Task Whitespace_between_stanzas_is_nothing()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(" \r\n\t" + Steps.Message("a") + "\n \n" + Steps.Message("b") + " ");

        Assert.Equal("a", (await scene.Handler.NextMessageAsync()).Body);
        Assert.Equal("b", (await scene.Handler.NextMessageAsync()).Body);
    }

    [Fact]
    public async Task Prefixes_and_namespaces_are_read_as_xml_means_them()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync(
            $"<c:message xmlns:c='jabber:client' from=\"{Outgoing.Lider}\" ><x:body xmlns:x='urn:other'>not this</x:body><c:body\n>this</c:body ></c:message\t>");

        Assert.Equal("this", (await scene.Handler.NextMessageAsync()).Body);
    }

    [Fact]
    public async Task Element_of_a_foreign_namespace_is_no_stanza()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;

        await connection.WriteAsync($"<message xmlns='urn:other' from='{Outgoing.Lider}'><body>foreign</body></message>");

        await HardeningTests.AssertHearsAfterwardsAsync(scene, connection, "");
        Assert.DoesNotContain(scene.Handler.Unread(), message => message.Body == "foreign");
    }
}
