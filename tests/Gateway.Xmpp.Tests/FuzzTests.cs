using System.Text;
using System.Xml;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>A hundred thousand hostile streams, made from seeds: none may hang the client, crash it or leave it deaf.</summary>
[Trait("Category", "Unit")]
[Collection(nameof(Alone))]
public sealed class FuzzTests
{
    private const int Inputs = 100_000;
    private const int InputsOverSockets = 300;

    // Another stretch of seeds is tried with AHENK_FUZZ_SEED=n.
    private static readonly int FirstSeed = int.TryParse(Environment.GetEnvironmentVariable("AHENK_FUZZ_SEED"), out var seed) ? seed : 1;

    [Fact]
    public async Task Reader_survives_every_input_and_accepts_only_xml()
    {
        var current = FirstSeed;
        var accepted = 0;
        var running = Task.Run(
            async () =>
            {
                for (; current < FirstSeed + Inputs; current++)
                {
                    var random = new Random(current);
                    var input = StreamMutator.Stanzas(random);
                    accepted += await ReadAsync(input, 1 + random.Next(2000)) ? 1 : 0;
                }
            },
            TestContext.Current.CancellationToken);
        try
        {
            await running.Within("the reader to get through all inputs", TimeSpan.FromMinutes(5));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Seed {current}: {Encoding.UTF8.GetString(StreamMutator.Stanzas(new Random(current)))}", failure);
        }

        // Were all refused or all accepted, the inputs would test one half only.
        Assert.InRange(accepted, Inputs / 100, Inputs - (Inputs / 100));
    }

    [Fact]
    public async Task Client_comes_back_after_every_input_in_a_session()
    {
        await using var scene = Scene.Start(Impatient);
        for (var seed = FirstSeed; seed < FirstSeed + InputsOverSockets; seed++)
        {
            var connection = await scene.Server.AcceptAsync();
            await SeededAsync(seed, StreamMutator.Stanzas, async () =>
            {
                await connection.EstablishAsync();
                await AssertListensAsync(scene, connection, seed);
                await connection.TryWriteAsync([StreamMutator.Stanzas(new Random(seed)), "</stream:stream>"u8.ToArray()]);
                connection.Cut();
            });
        }

        await AssertListensAtLastAsync(scene);
    }

    [Fact]
    public async Task Client_comes_back_after_every_input_before_the_session()
    {
        await using var scene = Scene.Start(Impatient);
        for (var seed = FirstSeed; seed < FirstSeed + InputsOverSockets; seed++)
        {
            await SeededAsync(seed, StreamMutator.Negotiation, async () =>
            {
                var connection = await scene.Server.AcceptAsync();
                await connection.ReadAsync("the client's stream header");
                await connection.TryWriteAsync([StreamMutator.Negotiation(new Random(seed))]);
                connection.Cut();
            });
        }

        await AssertListensAtLastAsync(scene);
    }

    private static Xmpp.XmppClientOptions Impatient(Xmpp.XmppClientOptions options) => options with { SlowRetry = TimeSpan.FromMilliseconds(1) };

    private static async Task SeededAsync(int seed, Func<Random, byte[]> input, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception failure) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"Seed {seed} (or the one before): {Encoding.UTF8.GetString(input(new Random(seed)))}", failure);
        }
    }

    private static async Task AssertListensAtLastAsync(Scene scene)
    {
        var connection = await scene.Server.AcceptSessionAsync();
        await AssertListensAsync(scene, connection, 0);
    }

    private static async Task AssertListensAsync(Scene scene, ScriptedConnection connection, int seed)
    {
        var mark = $"mark {seed}";
        await connection.MessageAsync(mark);
        while ((await scene.Handler.NextMessageAsync($"the message of the session before seed {seed}")).Body != mark)
        {
            // Messages of the inputs.
        }
    }

    private static async Task<bool> ReadAsync(byte[] input, int segment)
    {
        var read = new List<XElement>();
        using var reader = await Readers.OpenAsync(new CountingStream([input], segment));
        try
        {
            while (await reader.ReadAsync(CancellationToken.None) is { } element)
            {
                read.Add(element);
            }
        }
        catch (StreamFailureException refused)
        {
            Assert.NotEqual("", refused.Message);
            return false;
        }

        // What was accepted is what System.Xml reads from the same bytes in one piece.
        Assert.Equal(TopLevel(input), read.Select(element => element.Name));
        return true;
    }

    private static List<XName> TopLevel(byte[] input)
    {
        byte[] document = [.. Encoding.UTF8.GetBytes(Steps.Header()), .. input, .. "</stream:stream>"u8];
        using var reader = XmlReader.Create(
            new MemoryStream(document), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, ConformanceLevel = ConformanceLevel.Fragment });
        var names = new List<XName>();
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.Depth == 0)
            {
                // A closing tag among the input ends the stream; what stands behind it is nobody's.
                return names;
            }

            if (reader.NodeType == XmlNodeType.Element && reader.Depth == 1)
            {
                names.Add(XName.Get(reader.LocalName, reader.NamespaceURI));
            }
        }

        return names;
    }
}
