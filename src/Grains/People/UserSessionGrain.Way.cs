using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.People;

/// <summary>The way from where the user is to where the user should be.</summary>
public sealed partial class UserSessionGrain
{
    private AgreementTalk? _question;
    private ModeRound? _round;
    private (int Visit, UserStage Stage)? _ran;
    private PolicyCall _policies;
    private bool _endsSessions;

    private IAgreementGrain Agreement => GrainFactory.GetGrain<IAgreementGrain>(0);

    private IPolicyGrain Policies => GrainFactory.GetGrain<IPolicyGrain>(User);

    /// <summary>Begins to go, unless that is going on: then what has changed is seen after the step that is being taken.</summary>
    private void SetOut()
    {
        if (!_isUnderWay && !_stopping.IsCancellationRequested)
        {
            _isUnderWay = true;
            _way = Go();
        }
    }

    private async Task Go()
    {
        // What is under way must not be lost to an idle deactivation, however long it takes.
        DelayDeactivation(Timeout.InfiniteTimeSpan);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!await Step())
                {
                    break;
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                // Whatever it is, the user must not be left half-way.
                LogStepFailed(failure, User, _document?.Stage ?? UserStage.Out, Retry.TotalSeconds);
                await Task.Delay(Retry, _time, _stopping.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _isUnderWay = false;
        DelayDeactivation(TimeSpan.Zero);
    }

    /// <summary>Takes one step.</summary>
    /// <returns>Whether there was one to take.</returns>
    private async Task<bool> Step()
    {
        switch (_document?.Stage)
        {
            case UserStage.Agreement:
                await Agree();
                return true;
            case UserStage.Announcing:
                await Announce();
                return true;
            case UserStage.EnteringModes:
                await RunModes(UserStage.EnteringModes, PluginMode.Safe, PluginMode.Login);
                if (await Change(static current => current is { Stage: UserStage.EnteringModes } ? current with { Stage = UserStage.In } : current))
                {
                    _policies = PolicyCall.Enter;
                }

                return true;
            case UserStage.In when _policies != PolicyCall.None:
                await CallPolicies();
                return true;
            case UserStage.LeavingModes:
                await Leave();
                return true;
            case UserStage.Refused when _endsSessions:
                await EndSessions();
                _endsSessions = false;
                return true;
            default:
                return false;
        }
    }

    private async Task Agree()
    {
        var visit = _visit;
        if (!await IsRegistered())
        {
            // A machine that nobody manages asks its users for nothing.
            GoOn(visit);
            return;
        }

        if (_question is not { Reply: not null } || _question.Visit != visit)
        {
            if (await UnlessStopped(Agreement.Find(User)) is not { } question)
            {
                GoOn(visit);
                return;
            }

            await Ask(question, visit);
            return;
        }

        await Conclude(_question);
    }

    private async Task Ask(AgreementQuestion question, int visit)
    {
        if (_visit != visit || _document is not { Stage: UserStage.Agreement })
        {
            return;
        }

        _question?.Dispose();
        _question = new AgreementTalk(question, visit);
        try
        {
            if (await _question.AskAsync(_prompt, User, _stopping.Token) is { } reply)
            {
                LogAnswered(User, reply);
            }
        }
        finally
        {
            _question.Withdraw();
        }
    }

    /// <summary>Acts on an answer. The question is forgotten only when that is done: nobody is asked twice because a disk was full.</summary>
    private async Task Conclude(AgreementTalk talk)
    {
        var reply = talk.Reply!.Value;
        var goesOn = reply == AgreementReply.Accepted || (reply == AgreementReply.NotAsked && _options.AllowWithoutUi);
        if (reply != AgreementReply.NotAsked)
        {
            await UnlessStopped(Agreement.Answer(User, talk.Question.Md5, goesOn));
            Audit(AuditSource.Agent, AuditAction.AgreementAnswered, reply.ToString().ToLowerInvariant());
        }
        else
        {
            LogNotAsked(User, goesOn ? "may work all the same" : "is logged out");
        }

        if (goesOn)
        {
            GoOn(talk.Visit);
        }
        else if (await Change(current => IsAgreeing(current, talk.Visit) ? current! with { Stage = UserStage.Refused } : current))
        {
            LogRefused(User);
            _endsSessions = true;
        }

        _question = null;
        talk.Dispose();
    }

    /// <summary>The agreement is settled. Not stored by itself: after a crash it is found settled again.</summary>
    private void GoOn(int visit)
    {
        if (IsAgreeing(_document, visit))
        {
            _document = _document! with { Stage = UserStage.Announcing };
        }
    }

    private bool IsAgreeing(SessionDocument? current, int visit) => current is { Stage: UserStage.Agreement } && _visit == visit;

    private async Task Announce()
    {
        var (visit, login) = (_visit, _document!.Login);
        var isRegistered = await IsRegistered();
        OutboxDraft[] news = isRegistered ? [await _news.LoginAsync(User, login, _stopping.Token)] : [];
        await Change(
            current => current is { Stage: UserStage.Announcing } && _visit == visit
                ? current with { Stage = UserStage.EnteringModes, IsAnnounced = isRegistered }
                : current,
            news);
    }

    private async Task RunModes(UserStage stage, PluginMode first, PluginMode second)
    {
        if (_ran == (_visit, stage))
        {
            // What came after them failed: they are not run once more because a disk is full.
            return;
        }

        var round = new ModeRound(_plugins.List(), [first, second], _document!.Login.NameOf(User), this.AsReference<IPluginWorkOwner>());
        _round = round;
        foreach (var (plugin, work) in round.Work)
        {
            await UnlessStopped(GrainFactory.GetGrain<IPluginGrain>(plugin).Enqueue(work));
        }

        await round.Done.WaitAsync(_stopping.Token);
        _round = null;
        _ran = (_visit, stage);
    }

    private async Task CallPolicies()
    {
        var (call, name) = (_policies, _document!.Login.NameOf(User));
        await UnlessStopped(call == PolicyCall.Enter ? Policies.Enter(name) : Policies.Resume(name));
        if (_policies == call)
        {
            _policies = PolicyCall.None;
        }
    }

    private async Task Leave()
    {
        _policies = PolicyCall.None;
        await UnlessStopped(Policies.Leave());
        await RunModes(UserStage.LeavingModes, PluginMode.Logout, PluginMode.Safe);
        await UnlessStopped(Policies.Undone());
        var document = _document!;
        OutboxDraft[] news = document.IsAnnounced && await IsRegistered() ? [_news.Logout(User, document.Login)] : [];
        await Change(static current => current!.Next is { } next ? SessionDocument.Begin(next) : null, news);
    }

    private async Task EndSessions()
    {
        var sessions = await Task.Run(() => _machine.Sessions.ListAsync(_stopping.Token), _stopping.Token);
        await Task.WhenAll(sessions
            .Where(session => LoginName.Parse(session.UserName)?.User == User)
            .Select(session => Task.Run(() => _machine.Sessions.EndAsync(session, _stopping.Token), _stopping.Token)));
    }

    /// <summary>What is asked of another grain while the silo stops may never be answered; the step is taken again after the next start.</summary>
    private Task UnlessStopped(Task asked) => asked.WaitAsync(_stopping.Token);

    private Task<T> UnlessStopped<T>(Task<T> asked) => asked.WaitAsync(_stopping.Token);

    private async Task<bool> IsRegistered() => (await UnlessStopped(GrainFactory.GetGrain<IAgentGrain>(0).GetIdentity())).State != RegistrationState.Unregistered;

    [LoggerMessage(1711, LogLevel.Error, "[SESSION] '{User}' could not be taken on from {Stage}; next attempt in {Seconds} s")]
    private partial void LogStepFailed(Exception failure, string user, UserStage stage, double seconds);

    [LoggerMessage(1712, LogLevel.Information, "[SESSION] The agreement was put before '{User}': {Reply}")]
    private partial void LogAnswered(string user, AgreementReply reply);

    [LoggerMessage(1713, LogLevel.Warning, "[SESSION] '{User}' could not be asked for the agreement and {What} ([MACHINE] agreement_without_ui)")]
    private partial void LogNotAsked(string user, string what);

    [LoggerMessage(1714, LogLevel.Warning, "[SESSION] '{User}' has not accepted the agreement: the user's sessions are ended")]
    private partial void LogRefused(string user);
}
