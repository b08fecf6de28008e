using System.Threading.Channels;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Keeps what the client hears; a test may decide what becomes of a message.</summary>
internal sealed class RecordingHandler : IXmppHandler
{
    private readonly Channel<XmppMessage> _messages = Channel.CreateUnbounded<XmppMessage>();
    private readonly Channel<XmppSession> _sessions = Channel.CreateUnbounded<XmppSession>();

    /// <summary>What the task of a message is; by default it has completed at once.</summary>
    public Func<XmppMessage, Task> Handle { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited before a session counts as heard.</summary>
    public Func<XmppSession, Task> Open { get; set; } = _ => Task.CompletedTask;

    public async ValueTask OnSessionAsync(XmppSession session, CancellationToken cancellationToken)
    {
        await Open(session);
        _sessions.Writer.TryWrite(session);
    }

    public Task OnMessageAsync(XmppMessage message, CancellationToken cancellationToken)
    {
        _messages.Writer.TryWrite(message);
        return Handle(message);
    }

    public Task<XmppMessage> NextMessageAsync(string what = "a message at the handler") =>
        _messages.Reader.ReadAsync(TestContext.Current.CancellationToken).Within(what);

    public Task<XmppSession> NextSessionAsync(string what = "a session at the handler") =>
        _sessions.Reader.ReadAsync(TestContext.Current.CancellationToken).Within(what);

    /// <summary>The messages that have come and that nobody has asked for.</summary>
    public IReadOnlyList<XmppMessage> Unread()
    {
        var unread = new List<XmppMessage>();
        while (_messages.Reader.TryRead(out var message))
        {
            unread.Add(message);
        }

        return unread;
    }
}
