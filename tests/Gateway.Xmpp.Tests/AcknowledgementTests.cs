using System.Globalization;
using Ahenk.Gateway.Xmpp.Tests.Rig;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests;

/// <summary>XEP-0198, the server's stanzas: what is acknowledged has been handled, what has not been handled comes again.</summary>
[Trait("Category", "Unit")]
public sealed class AcknowledgementTests
{
    [Fact]
    public async Task Stanza_is_acknowledged_only_when_its_handling_has_completed()
    {
        var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (scene, connection) = await Scene.OnlineAsync(handler: new RecordingHandler { Handle = _ => stored.Task });
        await using var _ = scene;
        await connection.MessageAsync("one");
        await connection.RequestAckAsync();
        await scene.Handler.NextMessageAsync();

        var before = await connection.FlushAsync();
        Assert.DoesNotContain(before, token => IsAckFrom(token, 1));

        stored.SetResult();
        Assert.True(await connection.ReadAckAsync() >= 1);
    }

    [Fact]
    public async Task Count_stops_at_the_first_stanza_that_is_still_being_handled()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new RecordingHandler { Handle = message => message.Body == "slow" ? first.Task : Task.CompletedTask };
        var (scene, connection) = await Scene.OnlineAsync(handler: handler);
        await using var _ = scene;
        await connection.MessageAsync("quick", "a");
        await connection.MessageAsync("slow", "b");
        await connection.MessageAsync("quick", "c");
        await connection.RequestAckAsync();
        for (var count = 1; count <= 3; count++)
        {
            Assert.Equal(count, (await scene.Handler.NextMessageAsync()).Sequence);
        }

        Assert.DoesNotContain(await connection.FlushAsync(), token => IsAckFrom(token, 2));

        first.SetResult();
        Assert.True(await connection.ReadAckAsync() >= 3);
    }

    [Fact]
    public async Task Request_is_answered_with_all_that_has_been_handled()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        for (var number = 0; number < 10; number++)
        {
            await connection.MessageAsync($"body {number}", $"m{number}");
        }

        await connection.WriteAsync($"<presence from='birisi@{Steps.Domain}/x'/>");
        await connection.RequestAckAsync();

        long h;
        do
        {
            h = await connection.ReadAckAsync();
        }
        while (h < 11);

        Assert.Equal(11, h);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_that_could_not_be_stored_is_not_acknowledged_and_comes_again(bool synchronously)
    {
        var fail = true;
        var handler = new RecordingHandler
        {
            Handle = message => message.Body != "two" || !fail ? Task.CompletedTask
                : synchronously ? throw new IOException("disk full")
                : Task.FromException(new IOException("disk full")),
        };
        var (scene, connection) = await Scene.OnlineAsync(handler: handler);
        await using var _ = scene;
        await connection.WriteAsync(Steps.Message("one", "a") + Steps.Message("two", "b") + "<r xmlns='urn:xmpp:sm:3'/>");

        var tokens = await connection.ReadToCloseAsync();

        Assert.DoesNotContain(tokens, token => IsAckFrom(token, 2));
        await scene.Running.WaitForFailureAsync(XmppFailureKind.HandlerFailed);
        fail = false;
        var second = await scene.Server.AcceptSessionAsync(new SessionScript
        {
            AnswerResume = request =>
            {
                Assert.Equal("1", (string?)request.Attribute("h"));
                return Steps.Resumed("s1", 1);
            },
        });
        await second.WriteAsync(Steps.Message("two", "b") + "<r xmlns='urn:xmpp:sm:3'/>");
        long h;
        do
        {
            h = await second.ReadAckAsync();
        }
        while (h < 2);

        Assert.Equal(2, h);
    }

    [Fact]
    public async Task No_more_messages_are_open_than_the_window_allows_and_all_arrive_in_order()
    {
        const int Count = 60;
        const int Window = 5;
        var open = 0;
        var mostOpen = 0;
        var gates = Enumerable.Range(0, Count).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var handler = new RecordingHandler
        {
            Handle = async message =>
            {
                mostOpen = Math.Max(mostOpen, Interlocked.Increment(ref open));
                await gates[int.Parse(message.Body!, CultureInfo.InvariantCulture)].Task;
                Interlocked.Decrement(ref open);
            },
        };
        var (scene, connection) = await Scene.OnlineAsync(options => options with { ReceiveWindow = Window }, handler);
        await using var _ = scene;
        await connection.WriteAsync(string.Concat(Enumerable.Range(0, Count).Select(number => Steps.Message($"{number}", $"m{number}"))));

        for (var number = 0; number < Count; number++)
        {
            Assert.Equal($"{number}", (await scene.Handler.NextMessageAsync()).Body);
            if (number >= Window - 1)
            {
                gates[number - Window + 1].SetResult();
            }
        }

        foreach (var gate in gates.TakeLast(Window - 1))
        {
            gate.SetResult();
        }

        Assert.Equal(Window, mostOpen);
    }

    [Fact]
    public async Task Session_is_told_before_its_first_message()
    {
        var order = new List<string>();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new RecordingHandler
        {
            Open = async _ =>
            {
                entered.SetResult();
                await opened.Task;
                order.Add("session");
            },
            Handle = message =>
            {
                order.Add(message.Body!);
                handled.SetResult();
                return Task.CompletedTask;
            },
        };
        await using var scene = Scene.Start(handler: handler);
        var connection = await scene.Server.AcceptAsync();
        await connection.OpenAsync(Steps.Mechanisms("PLAIN"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();
        var binding = connection.BindAsync();
        await entered.Task.Within("the handler to hear of the session");
        await connection.MessageAsync("early");
        opened.SetResult();
        await binding;

        await handled.Task.Within("the message at the handler");

        Assert.Equal(["session", "early"], order);
    }

    [Fact]
    public async Task Orderly_stop_says_unavailable_acknowledges_and_closes_the_stream()
    {
        var (scene, connection) = await Scene.OnlineAsync();
        await using var _ = scene;
        await connection.MessageAsync("one");
        await scene.Handler.NextMessageAsync();

        // The answer to a ping behind the message: by then the message counts as handled, which is a moment after its handler was called.
        await connection.FlushAsync();

        var stopping = scene.Running.StopAsync();
        var tokens = new List<Token>();
        Token token;
        do
        {
            token = await connection.ReadAsync("the client's last words");
            tokens.Add(token);
        }
        while (token.Kind is TokenKind.Element);
        Assert.Equal(TokenKind.End, token.Kind);
        await connection.WriteAsync("</stream:stream>");
        await stopping.Within("the client to stop");

        var presence = tokens.FindIndex(one => one.Element?.Name == ScriptedConnection.Client + "presence");
        Assert.Equal("unavailable", (string?)tokens[presence].Element!.Attribute("type"));
        Assert.Contains(tokens, one => IsAckFrom(one, 1));
        Assert.Equal(XmppPhase.Stopped, scene.Client.Status.Phase);
    }

    [Fact]
    public async Task Stop_does_not_acknowledge_what_is_still_being_handled()
    {
        var never = new TaskCompletionSource();
        var (scene, connection) = await Scene.OnlineAsync(handler: new RecordingHandler { Handle = _ => never.Task });
        await using var _ = scene;
        await connection.MessageAsync("one");
        await scene.Handler.NextMessageAsync();

        var stopping = scene.Running.StopAsync();
        Token token;
        do
        {
            token = await connection.ReadAsync("the client's last words");
            Assert.False(IsAckFrom(token, 1), token.Text);
        }
        while (token.Kind is TokenKind.Element);
        connection.Cut();

        await stopping.Within("the client to stop");
    }

    private static bool IsAckFrom(Token token, long h) =>
        token.Element is { } element && element.Name == ScriptedConnection.Sm + "a" && (long)element.Attribute("h")! >= h;
}
