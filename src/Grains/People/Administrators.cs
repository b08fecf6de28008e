using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.People;

/// <summary>
/// The users who may administer the machine until they log out (LP 2.7). Each change makes the machine know all of them anew, so that one that failed is made
/// good by the next.
/// </summary>
public sealed partial class Administrators(ILocalAdministrators machine, IAccounts accounts, ILogger<Administrators> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, string> _users = new(StringComparer.Ordinal);
    private readonly HashSet<string> _decided = new(StringComparer.Ordinal);
    private bool _isRestored;
    private bool _isAnySet;

    /// <summary>The agent has started: whoever is not among these has lost the right while it did not run.</summary>
    /// <param name="users">Name of each user by key, of those who have the right by what is stored.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task RestoreAsync(IEnumerable<KeyValuePair<string, string>> users, CancellationToken cancellationToken) => ChangeAsync(
        () =>
        {
            foreach (var (user, name) in users.Where(user => !_decided.Contains(user.Key)))
            {
                _users[user] = name;
            }

            _isRestored = true;
            _decided.Clear();
        },
        cancellationToken);

    /// <summary>A user gets the right.</summary>
    /// <param name="user">The user's key.</param>
    /// <param name="name">The login name, with its domain.</param>
    public Task AddAsync(string user, string name) => ChangeAsync(
        () =>
        {
            Decide(user);
            _users[user] = name;
        },
        CancellationToken.None);

    /// <summary>A user loses the right.</summary>
    public Task RemoveAsync(string user) => ChangeAsync(
        () =>
        {
            Decide(user);
            _users.Remove(user);
        },
        CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>What happens before the start has been dealt with is newer than what is stored.</summary>
    private void Decide(string user)
    {
        if (!_isRestored)
        {
            _decided.Add(user);
        }
    }

    private async Task ChangeAsync(Action change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            change();
            if (_isRestored)
            {
                await SetAsync(cancellationToken);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Called by grains that do not wait for it; the log is who hears of it.
            LogFailed(failure);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task SetAsync(CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in _users.Values)
        {
            // The right goes to the name the machine knows the user by: without its domain it may be somebody else's.
            if (await accounts.FindAsync(name, cancellationToken) is { } account)
            {
                names.Add(account.Name);
            }
            else
            {
                LogUnknown(name);
            }
        }

        if (await machine.SetAsync(names, cancellationToken) is { } hindrance)
        {
            LogHindered(hindrance);
        }
        else if (names.Count > 0 || _isAnySet)
        {
            _isAnySet = names.Count > 0;
            LogSet(names.Count, string.Join(", ", names));
        }
    }

    [LoggerMessage(1731, LogLevel.Information, "[SESSION] {Count} users may administer this machine until they log out: {Users}")]
    private partial void LogSet(int count, string users);

    [LoggerMessage(1732, LogLevel.Error, "[SESSION] Who may administer this machine could not be changed; it is tried again with the next login or logout. {Reason}")]
    private partial void LogHindered(string reason);

    [LoggerMessage(1733, LogLevel.Error, "[SESSION] Who may administer this machine could not be changed; it is tried again with the next login or logout")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(1734, LogLevel.Warning, "[SESSION] Lider lets '{User}' administer this machine, but the name service does not know the user; nothing is granted")]
    private partial void LogUnknown(string user);
}
