using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>
/// Turns what the permanent session hears into grain calls. Only Lider is heard: anonymous users share its domain (LP 1.4).
/// </summary>
internal sealed partial class LiderInbox(
    IGrainFactory grains,
    IOutbox outbox,
    GatewayOptions options,
    TimeProvider time,
    ILogger<LiderInbox> logger) : IXmppHandler
{
    /// <summary>
    /// How often a message is sent anew over streams that were lost, when no receipt for it ever comes. High, for giving up loses an answer; bounded, for
    /// a Lider that answers no receipts at all would get everything again with every session for ever.
    /// </summary>
    private const int MostAttempts = 100;

    private static readonly TimeSpan BounceRetry = TimeSpan.FromMinutes(2);

    private readonly Jid _lider = options.Lider.Bare;
    private Task _released = Task.CompletedTask;
    private string? _streamId;
    private long _lastArrival;
    private long _foreign;
    private long _heardAt;
    private long _confirmedAt;

    /// <summary>Messages from others than Lider, dropped since the start.</summary>
    public long ForeignMessages => Interlocked.Read(ref _foreign);

    /// <summary>When Lider was last heard since the start: a message or a receipt; <see langword="null"/>: not yet.</summary>
    public DateTimeOffset? LiderHeardAt => At(ref _heardAt);

    /// <summary>When Lider has last confirmed a message of ours since the start.</summary>
    public DateTimeOffset? LiderConfirmedAt => At(ref _confirmedAt);

    /// <summary>Who waits for the answer to UNREGISTER.</summary>
    public RegistrationAnswers RegistrationAnswers { get; } = new();

    /// <inheritdoc/>
    public async ValueTask OnSessionAsync(XmppSession session, CancellationToken cancellationToken)
    {
        var requeued = await outbox.RequeueUnconfirmedAsync(session.StreamId, MostAttempts);
        if (session is { Resumed: true, StreamId: { } resumed } && resumed != _streamId)
        {
            // An earlier process sent these rows: what the server does not have is not in this client's queue and must be sent again.
            requeued += await outbox.RequeueUnacknowledgedAsync(resumed);
        }

        _streamId = session.StreamId;
        LogSession(session.BoundJid, session.Resumed ? "resumed" : "new", requeued);
    }

    /// <inheritdoc/>
    public Task OnMessageAsync(XmppMessage message, CancellationToken cancellationToken)
    {
        if (message.From.Bare != _lider)
        {
            return Foreign(message);
        }

        if (message.Type == "error")
        {
            return Bounced(message);
        }

        var now = time.GetUtcNow().UtcTicks;
        Volatile.Write(ref _heardAt, now);
        if (message.ReceiptFor is { } receipt)
        {
            Volatile.Write(ref _confirmedAt, now);
            return outbox.ConfirmAsync(receipt).AsTask();
        }

        return message is { Type: "normal", Body: { } body } ? Handle(message, body) : Task.CompletedTask;
    }

    private static DateTimeOffset? At(ref long ticks) => Volatile.Read(ref ticks) is > 0 and var at ? new DateTimeOffset(at, TimeSpan.Zero) : null;

    private static StreamPosition? PositionOf(XmppMessage message) =>
        message.StreamId is { } stream ? new StreamPosition(stream, message.Sequence) : null;

    private Task Handle(XmppMessage message, string body)
    {
        switch (LiderMessage.Parse(body))
        {
            case ExecuteTaskMessage task:
                return Take(task, message);
            case UpdateScheduledTaskMessage update:
                return grains.GetGrain<ITaskGrain>(update.TaskId).Reschedule(new ScheduleUpdate(update.CronExpression, time.GetUtcNow(), PositionOf(message)));
            case ProtocolError { TaskId: { } id } error:
                LogRejected(id, error.Reason);
                return grains.GetGrain<ITaskGrain>(id).Reject(new RejectedTask(error.Reason, time.GetUtcNow(), NextArrival(), PositionOf(message)));
            case ProtocolError error:
                LogNotUnderstood(body.Length, error.Reason);
                return Task.CompletedTask;
            case InstallPluginMessage install:
                return PluginOf(install.PluginName).Install(new PluginPackage(install.PluginVersion, install.Source.ToJson(), install.Md5));
            case PluginNotFoundMessage absent:
                return PluginOf(absent.PluginName).NotFound();
            case LoginResponseMessage response:
                return Grant(response.UserName);
            case ResponseAgreementMessage agreement:
                return grains.GetGrain<IAgreementGrain>(0).Receive(agreement.Source.ToJson());
            case ExecutePolicyMessage policies:
                return PoliciesOf(policies.Username).Receive(body);
            case RegistrationResponseMessage answer when RegistrationAnswers.Take(answer):
                return Task.CompletedTask;
            case LiderMessage other:
                LogNotHandled(other);
                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    private Task Grant(string userName)
    {
        if (LoginName.Parse(userName) is { } name)
        {
            return grains.GetGrain<IUserSessionGrain>(name.User).GrantAdministration();
        }

        LogNoUser(userName.Length);
        return Task.CompletedTask;
    }

    private IPluginGrain PluginOf(string name) => grains.GetGrain<IPluginGrain>(name.ToLowerInvariant());

    /// <summary>Lider names users as GET_POLICIES did (LP 2.5); what names nobody is about the machine.</summary>
    private IPolicyGrain PoliciesOf(string? username) => grains.GetGrain<IPolicyGrain>(string.IsNullOrWhiteSpace(username) ? IPolicyGrain.MachineKey : username);

    private Task<AcceptOutcome> Take(ExecuteTaskMessage message, XmppMessage stanza)
    {
        var task = new NewTask(
            message.TaskId, message.PluginName, message.CommandClsId, message.ParameterMap.ToJsonString(), time.GetUtcNow(), NextArrival())
        {
            PluginVersion = string.IsNullOrEmpty(message.Plugin.Version) ? null : message.Plugin.Version,
            FileServer = message.FileServer?.ToJson(),
        };
        var grain = grains.GetGrain<ITaskGrain>(message.TaskId);
        var accepted = grain.Accept(new IncomingTask(task, message.CronExpression, PositionOf(stanza)));
        _released = ReleaseAfter(_released, accepted, grain, task.TaskId);
        return accepted;
    }

    /// <summary>Tasks are stored beside each other, but handed to their plugins one after the other, as they came.</summary>
    private async Task ReleaseAfter(Task earlier, Task<AcceptOutcome> accepted, ITaskGrain grain, long taskId)
    {
        await earlier;
        try
        {
            if (await accepted == AcceptOutcome.Accepted)
            {
                await grain.Release();
            }
        }
        catch (Exception failure)
        {
            // Whatever it is, it must not hold back the tasks behind it. Not stored: the stanza is not acknowledged and comes again. Stored: the task is released after the next start.
            LogNotReleased(failure, taskId);
        }
    }

    private long NextArrival()
    {
        // Called on the receive loop only, so in order; microseconds, so that it goes on rising after a restart.
        _lastArrival = Math.Max(_lastArrival + 1, time.GetUtcNow().Ticks / TimeSpan.TicksPerMicrosecond);
        return _lastArrival;
    }

    private Task Bounced(XmppMessage message)
    {
        if (message.Id is not { } id)
        {
            return Task.CompletedTask;
        }

        LogBounced(id, message.ErrorCondition ?? "unknown condition", BounceRetry.TotalMinutes);
        return outbox.ReturnAsync(id, time.GetUtcNow() + BounceRetry).AsTask();
    }

    private Task Foreign(XmppMessage message)
    {
        var count = Interlocked.Increment(ref _foreign);
        if (count == 1 || count % 1000 == 0)
        {
            LogForeign(message.From, count, _lider);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(2001, LogLevel.Information, "[MESSAGING] Session of {Jid} stands ({Kind} stream); {Requeued} unconfirmed messages are sent again")]
    private partial void LogSession(Jid jid, string kind, int requeued);

    [LoggerMessage(2002, LogLevel.Warning, "[MESSAGING] Task {TaskId} is answered with an error: {Reason}")]
    private partial void LogRejected(long taskId, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "[MESSAGING] A message of {Length} characters from Lider cannot be understood: {Reason}")]
    private partial void LogNotUnderstood(int length, string reason);

    [LoggerMessage(2004, LogLevel.Information, "[MESSAGING] {Message} is not acted upon: nothing here waits for it")]
    private partial void LogNotHandled(LiderMessage message);

    [LoggerMessage(2005, LogLevel.Error, "[MESSAGING] Task {TaskId} was not handed to its plugin")]
    private partial void LogNotReleased(Exception failure, long taskId);

    [LoggerMessage(2006, LogLevel.Warning, "[MESSAGING] Message {StanzaId} came back undelivered ({Condition}); it is sent again in {Minutes} min")]
    private partial void LogBounced(string stanzaId, string condition, double minutes);

    [LoggerMessage(2008, LogLevel.Warning, "[MESSAGING] Lider lets somebody administer this machine whose name of {Length} characters can be no user's; nothing is granted")]
    private partial void LogNoUser(int length);

    [LoggerMessage(2007, LogLevel.Warning, "[MESSAGING] Message from {From} dropped ({Count} so far): only {Lider} is obeyed")]
    private partial void LogForeign(Jid from, long count, Jid lider);
}
