using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <content>How the machine leaves Lider, and what is done when it is not the one that was registered.</content>
internal sealed partial class AgentConnection
{
    private const string Copy = "not connecting: this machine is not the one that was registered";

    private static readonly TimeSpan ForgetAgain = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _adopted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _stopping;
    private volatile CloneReport? _clone;
    private int _isLeaving;

    /// <summary>What is said as long as it cannot be stored that Lider has removed this machine.</summary>
    private volatile string? _removed;

    /// <inheritdoc/>
    public async Task<RegistrationReport> Unregister(string user, string password, CancellationToken cancellationToken)
    {
        if (_removed is { } removed)
        {
            return new RegistrationReport(false, removed);
        }

        if (_session is not { } session)
        {
            return new RegistrationReport(false, (await Agent.GetIdentity()).State == RegistrationState.Unregistered
                ? "This machine is not registered."
                : _clone is { IsCopy: true } clone ? clone.Sentence : "This machine is just connecting to Lider; try again, or look at 'ahenk status'.");
        }

        return Interlocked.Exchange(ref _isLeaving, 1) == 0
            ? await Leave(session, new RegistrationCredential(user, password)).WaitAsync(cancellationToken)
            : new RegistrationReport(false, "Lider is being asked already to remove this machine; look at 'ahenk status'.");
    }

    /// <inheritdoc/>
    public async Task<RegistrationReport> AdoptMachine()
    {
        if (_clone is not { IsCopy: true })
        {
            return new RegistrationReport(true, "This machine is taken for the one that was registered; there is nothing to adopt.");
        }

        await Agent.AdoptMachine();
        LogAdopted();
        _clone = CloneReport.Same;
        _lastFailure = null;
        _adopted.TrySetResult();
        return new RegistrationReport(true, "This machine is from now on the one that was registered, and connects to Lider.");
    }

    /// <summary>Goes on when the caller does not wait any more: Lider has the request.</summary>
    private async Task<RegistrationReport> Leave(PermanentSession session, RegistrationCredential credential)
    {
        try
        {
            var (result, message) = await unregistration.RunAsync(session.Client, credential, _stopping);
            return result == UnregistrationResult.Unregistered ? await ForgetIdentity(message) : new RegistrationReport(false, message);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return new RegistrationReport(false, "The agent ended before Lider answered; this machine keeps its identity. Try again.");
        }
        finally
        {
            Volatile.Write(ref _isLeaving, 0);
        }
    }

    private async Task<RegistrationReport> ForgetIdentity(string message)
    {
        try
        {
            await identity.LeaveAsync();
            return new RegistrationReport(true, message);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The session of a machine that Lider does not know ends, and the connection goes on with what is left to do.
            LogNotLeft(failure, ForgetAgain.TotalSeconds);
            _removed = $"Lider has removed this machine, but that cannot be stored here: {failure.Message} It is tried again every {ForgetAgain.TotalSeconds:0} s; run 'ahenk doctor', and put right " +
                "what it finds. If the agent ends before that, it cannot log in any more: then run 'ahenk clean'.";
            _lastFailure = new Failure(_removed, time.GetUtcNow());
            await identityChange.TellAsync();
            return new RegistrationReport(false, _removed);
        }
    }

    /// <summary>
    /// Forgets the identity of a machine that Lider has removed, where that could not be stored, and what Lider had ordered, when the identity is forgotten and that is not;
    /// begun by an earlier process, perhaps.
    /// </summary>
    private async Task FinishLeaving()
    {
        while (_removed is not null)
        {
            watch.Enter("forgetting this machine's identity");
            try
            {
                await identity.LeaveAsync();
                _removed = null;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogNotLeft(failure, ForgetAgain.TotalSeconds);
                await Task.Delay(ForgetAgain, time, _stopping);
            }
        }

        while ((await Agent.GetIdentity()).Departure == Departure.Begun)
        {
            watch.Enter("forgetting what Lider had ordered");
            try
            {
                await orders.ForgetAsync();
                await Agent.MarkForgotten();
                LogForgotten();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Whatever it is, what was ordered by a Lider that does not know this machine any more must not stay.
                LogNotForgotten(failure, ForgetAgain.TotalSeconds);
                await Task.Delay(ForgetAgain, time, _stopping);
            }
        }
    }

    /// <summary>A copy of the registered machine's disk must not take its session: it waits until somebody says what it is.</summary>
    private async Task AwaitOwnMachine()
    {
        try
        {
            if ((await Agent.GetIdentity()).State == RegistrationState.Unregistered)
            {
                return;
            }

            _clone = await Agent.CheckMachine();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // It is told only after it was compared that this is a copy; what fails is storing the parts of a machine that is the same.
            LogNotStored(failure);
            return;
        }

        if (_clone is { IsCopy: true } clone)
        {
            LogCopy(clone.Sentence);
            _lastFailure = new Failure(clone.Sentence, time.GetUtcNow());
            watch.Enter(Copy);
            await _adopted.Task.WaitAsync(_stopping);
        }
    }

    [LoggerMessage(3947, LogLevel.Information, "[REGISTRATION] What Lider had ordered this machine to do is forgotten")]
    private partial void LogForgotten();

    [LoggerMessage(3948, LogLevel.Error, "[REGISTRATION] What Lider had ordered this machine to do could not be forgotten; next attempt in {Seconds} s")]
    private partial void LogNotForgotten(Exception failure, double seconds);

    [LoggerMessage(3949, LogLevel.Error, "[REGISTRATION] {Sentence}")]
    private partial void LogCopy(string sentence);

    [LoggerMessage(3950, LogLevel.Warning, "[REGISTRATION] An administrator says that this is the machine that was registered")]
    private partial void LogAdopted();

    [LoggerMessage(3951, LogLevel.Warning, "[REGISTRATION] What this machine is could not be stored; it is tried again at the next start")]
    private partial void LogNotStored(Exception failure);

    [LoggerMessage(3953, LogLevel.Error, "[REGISTRATION] Lider has removed this machine, but that could not be stored; next attempt in {Seconds} s")]
    private partial void LogNotLeft(Exception failure, double seconds);

    [LoggerMessage(3952, LogLevel.Information, "[REGISTRATION] This machine's identity has changed: its session is ended")]
    private partial void LogIdentityChanged();
}
