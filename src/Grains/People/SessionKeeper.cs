using System.Collections.Concurrent;
using System.Threading.Channels;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.People;

/// <summary>
/// Decides who is here, from what the login hook tells and what the list of sessions shows (<see cref="Presence"/>), and tells the users' grains.
/// </summary>
public sealed partial class SessionKeeper(
    IUserSessions sessions,
    ISessionWatch watch,
    ILoginSpool spool,
    IMachineBoot boot,
    IDocumentStore store,
    Administrators administrators,
    IGrainFactory grains,
    TimeProvider time,
    ILogger<SessionKeeper> logger) : ISessionEvents, IDisposable
{
    /// <summary>Sessions come and go in bursts, and users can make them do so.</summary>
    internal static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(250);

    /// <summary>The hook runs before the login service has removed the session.</summary>
    private static readonly TimeSpan[] LooksAfterWords = [TimeSpan.FromSeconds(2), Presence.ListsAreLate];

    private readonly ConcurrentDictionary<string, Presence> _presences = new(StringComparer.Ordinal);
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ended = new();
    private bool _isStarted;

    /// <inheritdoc/>
    public async Task<bool> LoginAsync(string name, UserLogin login)
    {
        if (LoginText.Person(name, login.Domain) is not { } person)
        {
            return false;
        }

        try
        {
            await InTurn(person.User, async presence =>
            {
                await Enter(person.User, LoginText.Clean(login) with { Domain = person.Domain, IsListed = false }, presence);
                presence.HintIn(time.GetUtcNow());
            });
        }
        finally
        {
            LookAfterWords();
        }

        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> LogoutAsync(string name)
    {
        if (LoginText.Person(name, null) is not { } person)
        {
            return false;
        }

        try
        {
            await InTurn(person.User, async presence =>
            {
                await Act(person.User, presence.HintOut(), null, presence);
                presence.Heard(time.GetUtcNow());
            });
        }
        finally
        {
            AskForLook();
            LookAfterWords();
        }

        return true;
    }

    /// <inheritdoc/>
    public void LookForNotes()
    {
        AskForLook();
        LookAfterWords();
    }

    /// <summary>Works until it is cancelled.</summary>
    /// <exception cref="StorageException">What was stored cannot be read or changed; it may be called again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!_isStarted)
        {
            await StartAsync(cancellationToken);
            _isStarted = true;
        }

        AskForLook();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] work = [WatchAsync(both.Token), LookAsync(both.Token)];
        try
        {
            await await Task.WhenAny(work);
        }
        finally
        {
            await both.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_ended.IsCancellationRequested)
        {
            _ended.Cancel();
            _ended.Dispose();
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await watch.WaitForChangeAsync(cancellationToken);
            AskForLook();
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await foreach (var _ in _asked.Reader.ReadAllAsync(cancellationToken))
        {
            await ReplayAsync();
            if (await ListAsync(cancellationToken) is { } here)
            {
                await CompareAsync(here);
            }

            await Task.Delay(LeastPause, time, cancellationToken);
        }
    }

    private async Task CompareAsync(IReadOnlyDictionary<string, UserLogin> here)
    {
        foreach (var user in here.Keys.Union(_presences.Keys, StringComparer.Ordinal))
        {
            var listed = here.GetValueOrDefault(user);
            try
            {
                await InTurn(user, presence => Act(user, presence.Look(listed is not null, time.GetUtcNow()), listed, presence));
            }
            catch (Exception failure)
            {
                // One user must not keep the others from being seen.
                LogNotTold(failure, user, Presence.ListsAreLate.TotalSeconds);
                _ = LookLater(Presence.ListsAreLate);
            }
        }
    }

    /// <summary>The users who have sessions, and one session of each: one with a screen, if there is one, and the one in front.</summary>
    /// <returns><see langword="null"/>: nobody knows. Nobody is taken to be gone for that.</returns>
    private async Task<IReadOnlyDictionary<string, UserLogin>?> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await sessions.ListAsync(cancellationToken))
                .Where(session => session.IsOfPerson)
                .OrderByDescending(session => session.IsGraphical)
                .ThenByDescending(session => session.State == SessionState.Active)
                .Select(session => (Name: LoginName.Parse(session.UserName), Session: session))
                .Where(pair => pair.Name is not null)
                .DistinctBy(pair => pair.Name!.User)
                .ToDictionary(pair => pair.Name!.User, pair => LoginText.Of(pair.Name!, pair.Session), StringComparer.Ordinal);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Programs and files of the machine: whatever is wrong with them, the next look may be better.
            LogNotListed(failure);
            return null;
        }
    }

    private Task Act(string user, PresenceStep step, UserLogin? listed, Presence presence) => step switch
    {
        PresenceStep.Enter => Enter(user, listed!, presence),
        PresenceStep.Confirm => Confirm(user, listed!, presence),
        PresenceStep.Leave => Leave(user, presence),
        _ => Task.CompletedTask,
    };

    private async Task Enter(string user, UserLogin login, Presence presence)
    {
        await Grain(user).Login(login);
        presence.Set(isIn: true, presence.IsSeen || login.IsListed);
    }

    private async Task Confirm(string user, UserLogin login, Presence presence)
    {
        await Grain(user).Confirm(login);
        presence.Set(isIn: true, isSeen: true);
    }

    private async Task Leave(string user, Presence presence)
    {
        await Grain(user).Logout();
        presence.Set(isIn: false, isSeen: false);
    }

    private IUserSessionGrain Grain(string user) => grains.GetGrain<IUserSessionGrain>(user);

    private async Task InTurn(string user, Func<Presence, Task> work)
    {
        var presence = _presences.GetOrAdd(user, static _ => new Presence());
        await presence.Turn.WaitAsync();
        try
        {
            await work(presence);
        }
        finally
        {
            presence.Turn.Release();
        }
    }

    private void AskForLook() => _asked.Writer.TryWrite(true);

    private void LookAfterWords()
    {
        foreach (var delay in LooksAfterWords)
        {
            _ = LookLater(delay);
        }
    }

    private async Task LookLater(TimeSpan delay)
    {
        await Task.Delay(delay, time, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        AskForLook();
    }

    [LoggerMessage(1721, LogLevel.Warning, "[SESSION] It cannot be found out who is logged in; nobody is taken to be gone, and it is looked again")]
    private partial void LogNotListed(Exception failure);

    [LoggerMessage(1722, LogLevel.Error, "[SESSION] That '{User}' has come or gone could not be stored; it is looked again within {Seconds} s")]
    private partial void LogNotTold(Exception failure, string user, double seconds);
}
