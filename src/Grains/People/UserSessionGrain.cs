using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.People;

/// <inheritdoc cref="IUserSessionGrain"/>
/// <remarks>
/// Calls change where the user should be; one loop (UserSessionGrain.Way.cs) goes there from where the user is, in this grain's own turns. Every step of it is
/// stored together with the message that tells of it, and may be taken again after a crash.
/// </remarks>
public sealed partial class UserSessionGrain : Grain, IUserSessionGrain, IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly IDocumentStore _store;
    private readonly IPluginHost _plugins;
    private readonly IMachine _machine;
    private readonly IAgreementPrompt _prompt;
    private readonly LoginNews _news;
    private readonly Administrators _administrators;
    private readonly IMachineBoot _boot;
    private readonly PeopleOptions _options;
    private readonly WorkInHand _inHand;
    private readonly IAuditLog _audit;
    private readonly IAgentEvents _events;
    private readonly TimeProvider _time;
    private readonly ILogger<UserSessionGrain> _logger;
    private readonly CancellationTokenSource _stopping;
    private readonly SemaphoreSlim _writing = new(1);
    private SessionDocument? _document;
    private Task _way = Task.CompletedTask;
    private bool _isUnderWay;
    private int _visit;

    /// <summary>Made by Orleans.</summary>
    public UserSessionGrain(
        IDocumentStore store,
        IPluginHost plugins,
        IMachine machine,
        IAgreementPrompt prompt,
        LoginNews news,
        Administrators administrators,
        IMachineBoot boot,
        PeopleOptions options,
        WorkInHand inHand,
        IAuditLog audit,
        IAgentEvents events,
        TimeProvider time,
        ILogger<UserSessionGrain> logger)
    {
        _store = store;
        _plugins = plugins;
        _machine = machine;
        _prompt = prompt;
        _news = news;
        _administrators = administrators;
        _boot = boot;
        _options = options;
        _inHand = inHand;
        _audit = audit;
        _events = events;
        _time = time;
        _logger = logger;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(inHand.Stopping);
    }

    private string User => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var text = await _store.FindAsync(Key);
        try
        {
            _document = SessionDocument.Parse(text);
        }
        catch (JsonException failure)
        {
            // Nobody could go on from there; the next login begins anew.
            LogUnreadable(failure, User);
        }
    }

    /// <inheritdoc/>
    public async Task Login(UserLogin login)
    {
        var stored = StoredLogin.Of(login, _boot.Id, _time.GetUtcNow());
        var wasAdministrator = _document is { IsAdministrator: true };
        if (await Change(current => Entered(current, stored, login)))
        {
            LogCame(User, _document!.Stage);
            Audit(AuditSource.Agent, AuditAction.Login);
            AgentMetrics.LoggedIn();
            _events.Raise(new UserLoggedIn(User, login));
        }

        DropRights(wasAdministrator);
        SetOut();
    }

    /// <inheritdoc/>
    public Task Confirm(UserLogin login) => Change(current => current switch
    {
        { IsPresent: false } or null => current,
        { Next: { } next } => current with { Next = next.With(login) },
        _ => current with { Login = current.Login.With(login) },
    });

    /// <inheritdoc/>
    public async Task Logout()
    {
        var wasAdministrator = _document is { IsAdministrator: true };
        var changed = await Change(current => current switch
        {
            { Stage: UserStage.EnteringModes or UserStage.In } => current.Leaving(null),
            { Stage: UserStage.LeavingModes, Next: not null } => current with { Next = null },
            { Stage: UserStage.LeavingModes } => current,
            _ => null,
        });
        if (changed)
        {
            LogWent(User);
            Audit(AuditSource.Agent, AuditAction.Logout);
            AgentMetrics.LoggedOut();
            _events.Raise(new UserLoggedOut(User));
            _question?.Withdraw();
        }

        DropRights(wasAdministrator);
        SetOut();
    }

    /// <inheritdoc/>
    public async Task Resume()
    {
        // The sessions of a user who refused may have outlived the agent that was to end them.
        await Change(current => current is { Stage: UserStage.Refused } ? SessionDocument.Begin(current.Login) : current);
        if (_document is { Stage: UserStage.In } && _policies == PolicyCall.None)
        {
            _policies = PolicyCall.Resume;
        }

        SetOut();
    }

    /// <inheritdoc/>
    public async Task GrantAdministration()
    {
        // Lider says so in answer to LOGIN: at any other stage it is the answer to one that is over.
        await Change(current => current is { Stage: UserStage.EnteringModes or UserStage.In } ? current with { IsAdministrator = true } : current);
        if (_document is not { IsAdministrator: true } document)
        {
            LogNotGranted(User);
            return;
        }

        Audit(AuditSource.Lider, AuditAction.AdminGranted);

        // Not waited for: the name service may take its time, and this user's other calls must not.
        _ = Task.Run(() => _administrators.AddAsync(User, document.Login.NameOf(User)));
    }

    /// <inheritdoc/>
    public Task<string> AnswerAgreement(bool accepted)
    {
        var answered = _question?.Answer(accepted) == true;
        return Task.FromResult((answered, accepted, _options.IsTurkish) switch
        {
            (true, true, true) => "Sözleşme kabul edildi.",
            (true, true, false) => "The agreement is accepted.",
            (true, false, true) => "Sözleşme reddedildi; oturumunuz kapatılacak.",
            (true, false, false) => "The agreement is refused; your session will be ended.",
            (false, _, true) => "Şu anda yanıt beklenen bir sözleşme yok.",
            (false, _, false) => "No agreement waits for your answer at the moment.",
        });
    }

    /// <inheritdoc/>
    public Task<UserReport> GetReport() => Task.FromResult(
        new UserReport(User, _document?.Stage ?? UserStage.Out, _document?.Newest.Since, _document is { IsAdministrator: true }));

    /// <inheritdoc/>
    public Task Complete(PluginWork work, TaskOutcome outcome)
    {
        // What the agent's end interrupts has not run: the round stays open and is begun anew after the next start.
        if (!_stopping.IsCancellationRequested && _round?.End(work.Tag) == true && outcome.Code == PluginCode.Error)
        {
            LogModeFailed(work.Command, User, outcome.Message);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _way.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _writing.Dispose();
    }

    private DocumentKey Key => new(DocumentKinds.Session, User);

    private static SessionDocument Entered(SessionDocument? current, StoredLogin stored, UserLogin login)
    {
        switch (current)
        {
            case { Stage: UserStage.LeavingModes, Next: null }:
            case { Stage: UserStage.LeavingModes, Next: { } next } when next.Boot != stored.Boot:
                return current with { Next = stored };
            case { Stage: UserStage.LeavingModes, Next: { } next }:
                return current with { Next = next.With(login) };
            case { Stage: UserStage.EnteringModes or UserStage.In } when current.Login.Boot != stored.Boot:
                // That login ended with the machine.
                return current.Leaving(stored);
            case null or { Stage: UserStage.Refused }:
            case { } when current.Login.Boot != stored.Boot:
                return SessionDocument.Begin(stored);
            default:
                return current with { Login = current.Login.With(login) };
        }
    }

    /// <summary>Stores where the user is from now on, and the messages that tell of it, all or nothing. Changes of calls and of the way take turns.</summary>
    /// <returns>Whether anything has changed.</returns>
    private async Task<bool> Change(Func<SessionDocument?, SessionDocument?> to, params IReadOnlyList<OutboxDraft> messages)
    {
        await _writing.WaitAsync();
        try
        {
            var wanted = to(_document);
            if (wanted == _document)
            {
                return false;
            }

            await _store.SaveAsync([new Document(Key, wanted?.ToJson())], messages);
            if (wanted is null or { Stage: UserStage.Agreement } && _document?.Stage != wanted?.Stage)
            {
                // What is still going on for the login before must not be taken for this one's.
                _visit++;
            }

            _document = wanted;
            return true;
        }
        finally
        {
            _writing.Release();
        }
    }

    private void DropRights(bool wasAdministrator)
    {
        if (wasAdministrator && _document is not { IsAdministrator: true })
        {
            Audit(AuditSource.Agent, AuditAction.AdminRevoked);
            _ = Task.Run(() => _administrators.RemoveAsync(User));
        }
    }

    private void Audit(string who, string what, string? result = null) => _audit.Write(new AuditEntry(who, what) { User = User, Result = result });

    private enum PolicyCall
    {
        None,
        Enter,
        Resume,
    }

    [LoggerMessage(1701, LogLevel.Information, "[SESSION] '{User}' has logged in ({Stage})")]
    private partial void LogCame(string user, UserStage stage);

    [LoggerMessage(1702, LogLevel.Information, "[SESSION] '{User}' has logged out")]
    private partial void LogWent(string user);

    [LoggerMessage(1703, LogLevel.Error, "[SESSION] How '{User}' stood could not be read; the next login begins anew")]
    private partial void LogUnreadable(Exception failure, string user);

    [LoggerMessage(1704, LogLevel.Warning, "[SESSION] Lider lets '{User}' administer this machine, but the user is not logged in (any more); nothing is granted")]
    private partial void LogNotGranted(string user);

    [LoggerMessage(1705, LogLevel.Warning, "[SESSION] The {Mode} mode of a plugin failed for '{User}': {Message}")]
    private partial void LogModeFailed(string mode, string user, string message);
}
