using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Makes <see cref="PermanentSession"/>s.</summary>
internal sealed class PermanentSessionFactory(
    IGrainFactory grains,
    ITaskStore tasks,
    IOutbox outbox,
    IStreamStore streams,
    LiderInbox inbox,
    IXmppClientFactory clients,
    GatewayOptions options,
    TaskOptions taskOptions,
    IAgentEvents events,
    ConnectionWatch watch,
    TimeProvider time,
    ILogger<PermanentSession> logger)
{
    /// <summary>A session of this identity that is not yet running.</summary>
    public PermanentSession Create(AgentIdentity identity)
    {
        var login = new XmppCredentials.Password(identity.Name, identity.Password);
        var settings = options.ToClientOptions(login, identity.Host, permanent: true) with { HasLoggedIn = identity.State == RegistrationState.Verified };
        var client = clients.Create(settings, inbox, new StreamJournal(streams, outbox));
        client.StatusChanged += new ConnectionNews(events).Note;
        watch.Follow(client, identity.Name);
        var pump = new OutboxPump(outbox, client, options.Lider, time, logger);
        return new PermanentSession(identity, client, pump, grains.GetGrain<IAgentGrain>(0), tasks, taskOptions, time, logger);
    }
}

/// <summary>The agent's own session with everything that runs beside it until the agent ends.</summary>
internal sealed partial class PermanentSession(
    AgentIdentity identity,
    IXmppClient client,
    OutboxPump pump,
    IAgentGrain agent,
    ITaskStore tasks,
    TaskOptions taskOptions,
    TimeProvider time,
    ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan VerifyAgain = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _loggedIn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For what is said to Lider past the outbox.</summary>
    public IXmppClient Client => client;

    /// <summary>What the client is doing.</summary>
    public XmppStatus Status => client.Status;

    /// <summary>Asks over the session; see <see cref="IXmppClient.RequestAsync"/>.</summary>
    public Task<IqAnswer> RequestAsync(Jid to, string payload, TimeSpan timeout, CancellationToken cancellationToken) =>
        client.RequestAsync("get", to, payload, timeout, cancellationToken);

    /// <summary>Runs until it is cancelled, and ends the session in order.</summary>
    /// <param name="endWhenRefused">Whether to come back when the first login is refused.</param>
    /// <param name="cancellationToken">The agent ends.</param>
    /// <returns><see langword="false"/> when the first login was refused.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<bool> RunAsync(bool endWhenRefused, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        client.StatusChanged += NoteRefusal;
        Task[] running = [client.RunAsync(stop.Token), pump.RunAsync(stop.Token), Verify(stop.Token), Forget(stop.Token)];
        var ended = Task.WhenAny(running);
        try
        {
            if (endWhenRefused)
            {
                await Task.WhenAny(_loggedIn.Task, _refused.Task, ended);
                if (_refused.Task.IsCompleted && !_loggedIn.Task.IsCompleted)
                {
                    return false;
                }
            }

            // None of them ends by itself: the first one that does was cancelled or has failed.
            await await ended;

            // The client ends its session in order and returns, where the others throw.
            cancellationToken.ThrowIfCancellationRequested();
            return true;
        }
        finally
        {
            client.StatusChanged -= NoteRefusal;
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => client.DisposeAsync();

    private void NoteRefusal(XmppStatus status)
    {
        if (status is { OnlineSince: null, LastFailure.Kind: XmppFailureKind.NotAuthorized })
        {
            _refused.TrySetResult();
        }
    }

    private async Task Verify(CancellationToken cancellationToken)
    {
        await client.WaitForSessionAsync(cancellationToken);
        _loggedIn.TrySetResult();
        while (identity.State != RegistrationState.Verified && !await TryMarkVerified())
        {
            await Task.Delay(VerifyAgain, time, cancellationToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
    }

    private async Task<bool> TryMarkVerified()
    {
        try
        {
            await agent.MarkVerified();
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The session stands: whatever keeps this from being stored, it is no reason to end it.
            LogNotVerified(failure, VerifyAgain.TotalSeconds);
            return false;
        }
    }

    private async Task Forget(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var keep = taskOptions.Keep;
                var forgotten = await tasks.ForgetAsync(time.GetUtcNow() - keep);
                if (forgotten > 0)
                {
                    LogForgotten(forgotten, keep.TotalDays);
                }
            }
            catch (StorageException failure)
            {
                LogNotForgotten(failure);
            }

            await Task.Delay(ForgetEvery, time, cancellationToken);
        }
    }

    [LoggerMessage(2501, LogLevel.Information, "[EXECUTION] {Count} tasks that finished more than {Days} days ago are forgotten")]
    private partial void LogForgotten(int count, double days);

    [LoggerMessage(2502, LogLevel.Error, "[EXECUTION] Old tasks could not be forgotten; next attempt in an hour")]
    private partial void LogNotForgotten(Exception failure);

    [LoggerMessage(2503, LogLevel.Error, "[REGISTRATION] That this machine has logged in could not be stored; next attempt in {Seconds} s")]
    private partial void LogNotVerified(Exception failure, double seconds);
}
