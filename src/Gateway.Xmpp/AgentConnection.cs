using System.Threading.Channels;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>
/// The agent's way from its start to its permanent session: what the last process left undone, registration where it is needed, then the session
/// and the outbox until the agent ends or has another identity.
/// </summary>
internal sealed partial class AgentConnection(
    IGrainFactory grains,
    ITaskStore tasks,
    IOutbox outbox,
    LiderInbox inbox,
    Registration registration,
    Unregistration unregistration,
    IAgentRegistration identity,
    IdentityChange identityChange,
    ILiderOrders orders,
    PermanentSessionFactory sessions,
    GatewayOptions options,
    ConnectionWatch watch,
    AgentExit exit,
    TimeProvider time,
    ILogger<AgentConnection> logger) : BackgroundService, IAgentControl, ISessionProbe
{
    private const string WaitingForRegistration = "waiting for 'ahenk register'";

    private static readonly TimeSpan RegisterAgain = TimeSpan.FromMinutes(1);

    private readonly Channel<ManualRegistration> _manual = Channel.CreateBounded<ManualRegistration>(1);
    private volatile PermanentSession? _session;
    private volatile Failure? _lastFailure;

    private IAgentGrain Agent => grains.GetGrain<IAgentGrain>(0);

    /// <inheritdoc/>
    public async Task<AgentReport> GetReport()
    {
        var known = await Agent.GetIdentity();
        var status = _session?.Status;
        var failure = status?.LastFailure is { } last ? new Failure(last.Message, last.At) : _lastFailure;
        return new AgentReport
        {
            Version = options.AgentVersion,
            Name = known.Name,
            Registration = known.State,
            CloneCheck = _clone,
            Connection = status is null ? watch.OwnPhase : status.Phase.ToString().ToLowerInvariant(),
            ConnectionDetail = status?.Connection,
            ConnectedSince = status?.OnlineSince,
            NextAttemptAt = status?.NextAttemptAt,
            LastError = failure?.Message,
            LastErrorAt = failure?.At,
            UnfinishedTasks = (await tasks.ListUnfinishedAsync()).Count,
            Outbox = await outbox.ReadFiguresAsync(),
            ForeignMessages = inbox.ForeignMessages,
            LiderHeardAt = inbox.LiderHeardAt,
            LiderConfirmedAt = inbox.LiderConfirmedAt,
        };
    }

    /// <inheritdoc/>
    public Task<IqAnswer> AskAsync(Jid to, string payload, TimeSpan timeout, CancellationToken cancellationToken) =>
        _session is { } session ? session.RequestAsync(to, payload, timeout, cancellationToken) : Task.FromResult(new IqAnswer(IqOutcome.NotConnected));

    /// <inheritdoc/>
    public async Task<RegistrationReport> Register(string? host, string user, string password, CancellationToken cancellationToken)
    {
        var order = new ManualRegistration(host, new RegistrationCredential(user, password));
        return watch.OwnPhase == WaitingForRegistration && _manual.Writer.TryWrite(order)
            ? await order.Answer.Task.WaitAsync(cancellationToken)
            : new RegistrationReport(false, (await Agent.GetIdentity()).State == RegistrationState.Unregistered
                ? "A registration is under way; look at 'ahenk status'."
                : _removed is { } removed ? removed
                : _clone is { IsCopy: true } clone ? clone.Sentence : "This machine is registered already.");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            _stopping = stoppingToken;
            await FinishLeaving();
            await AwaitOwnMachine();
            await ReleaseUnfinished();
            while (await EnsureRegistered(stoppingToken) is { } credential)
            {
                await RunPermanently(credential, stoppingToken);
                await FinishLeaving();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped();
        }
        catch (Exception failure)
        {
            // A daemon without its connection would look alive and be deaf: it ends, and is started again.
            LogFailed(failure);
            exit.End(AgentExit.Failure, $"The connection to Lider failed for good: {failure.Message}");
        }
    }

    /// <summary>Tasks the last process had accepted and not finished: handed to their plugins in their old order, or answered.</summary>
    private async Task ReleaseUnfinished()
    {
        var unfinished = await tasks.ListUnfinishedAsync();
        foreach (var id in unfinished.Concat(await tasks.ListParkedAsync(null)))
        {
            await grains.GetGrain<ITaskGrain>(id).Release();
        }

        if (unfinished.Count > 0)
        {
            LogReleased(unfinished.Count);
        }
    }

    /// <returns>The credential that was used, an empty one when none was needed, <see langword="null"/> when the agent must end.</returns>
    private async Task<LoginContext?> EnsureRegistered(CancellationToken cancellationToken)
    {
        var known = await Agent.GetIdentity();
        if (known.State == RegistrationState.Verified)
        {
            return new LoginContext(null);
        }

        // A machine that has left Lider does not come back by itself.
        while (known.Departure == Departure.None && ReadCredential() is { } configured)
        {
            watch.Enter("registering");
            var (result, message) = await registration.RunAsync(configured, null, cancellationToken);
            if (result == RegistrationResult.Registered)
            {
                return new LoginContext(configured);
            }

            _lastFailure = new Failure(message, time.GetUtcNow());
            if (result != RegistrationResult.Failed)
            {
                exit.End(result == RegistrationResult.Refused ? AgentExit.RegistrationRefused : AgentExit.RegistrationUnanswered, message);
                return null;
            }

            // To end would put nothing right on this machine, and would soon have used up the starts that systemd allows.
            LogRegisterLater(message, RegisterAgain.TotalSeconds);
            await Task.Delay(RegisterAgain, time, cancellationToken);
        }

        return known.State == RegistrationState.Registered ? new LoginContext(null) : await WaitForManualRegistration(cancellationToken);
    }

    private RegistrationCredential? ReadCredential()
    {
        try
        {
            return RegistrationCredential.Read(options.RegistrationCredentialFile);
        }
        catch (InvalidDataException failure)
        {
            _lastFailure = new Failure(failure.Message, time.GetUtcNow());
            LogCredential(failure.Message);
            return null;
        }
    }

    private async Task<LoginContext> WaitForManualRegistration(CancellationToken cancellationToken)
    {
        while (true)
        {
            LogWaiting();
            watch.Enter(WaitingForRegistration);
            var order = await _manual.Reader.ReadAsync(cancellationToken);
            watch.Enter("registering");
            var (result, message) = await registration.RunAsync(order.Credential, order.Host, cancellationToken);
            if (result == RegistrationResult.Registered)
            {
                order.Answer.TrySetResult(new RegistrationReport(true, message));
                return new LoginContext(order.Credential);
            }

            _lastFailure = new Failure(message, time.GetUtcNow());
            order.Answer.TrySetResult(new RegistrationReport(false, message));
        }
    }

    /// <summary>Comes back when the identity is another one.</summary>
    private async Task RunPermanently(LoginContext login, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Before the identity is read: a change of it is never missed.
            var changed = identityChange.Next;
            if (_removed is not null)
            {
                return;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, changed);
            await using var session = sessions.Create(await Agent.GetIdentity());
            _session = session;
            try
            {
                if (await session.RunAsync(login.Credential is not null, stop.Token))
                {
                    continue;
                }
            }
            catch (OperationCanceledException) when (changed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                LogIdentityChanged();
                return;
            }
            finally
            {
                watch.Enter("changing");
                _session = null;
            }

            // REGISTERED does not always mean that the directory has our password: a second REGISTER writes it (LP 8.11).
            LogRegisterAgain();
            watch.Enter("registering");
            await registration.RunAsync(login.Credential!, null, cancellationToken);
            login = new LoginContext(null);
        }
    }

    [LoggerMessage(2301, LogLevel.Information, "[AHENK] {Count} unfinished tasks of the last run are taken up")]
    private partial void LogReleased(int count);

    [LoggerMessage(2302, LogLevel.Warning, "[REGISTRATION] This machine is not registered: run 'ahenk register HOST USER', or name a registration_credential_file")]
    private partial void LogWaiting();

    [LoggerMessage(2303, LogLevel.Warning, "[REGISTRATION] The first login after REGISTERED was refused: registering once more")]
    private partial void LogRegisterAgain();

    [LoggerMessage(2304, LogLevel.Error, "[REGISTRATION] {Problem}")]
    private partial void LogCredential(string problem);

    [LoggerMessage(2305, LogLevel.Critical, "[AHENK] The connection to Lider failed for good")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(2306, LogLevel.Information, "[AHENK] The connection to Lider is closed")]
    private partial void LogStopped();

    [LoggerMessage(2307, LogLevel.Error, "[REGISTRATION] {Problem} Next attempt in {Seconds} s")]
    private partial void LogRegisterLater(string problem, double seconds);

    private sealed record LoginContext(RegistrationCredential? Credential);

    private sealed record Failure(string Message, DateTimeOffset At);

    private sealed record ManualRegistration(string? Host, RegistrationCredential Credential)
    {
        public TaskCompletionSource<RegistrationReport> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
