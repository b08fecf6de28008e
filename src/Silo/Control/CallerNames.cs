using Ahenk.Plugins.Sdk;

namespace Ahenk.Silo.Control;

/// <summary>
/// Who callers are. The name service is asked by child processes, so that others than root must not be able to have it asked as often as they like: one look-up
/// at a time, and what it gave holds for a while.
/// </summary>
internal sealed class CallerNames(IAccounts accounts, TimeProvider time) : IDisposable
{
    private const int MostKept = 256;

    private static readonly TimeSpan StillTrue = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _asking = new(1);
    private readonly Dictionary<uint, (Account? Account, long At)> _known = [];

    /// <summary>The account of a caller; <see langword="null"/>: the number belongs to no user.</summary>
    public async Task<Account?> FindAsync(PeerCredentials caller, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_known.TryGetValue(caller.UserId, out var known) && time.GetElapsedTime(known.At) < StillTrue)
            {
                return known.Account;
            }

            var account = await accounts.FindAsync(caller.UserId, cancellationToken);
            if (_known.Count >= MostKept)
            {
                _known.Clear();
            }

            _known[caller.UserId] = (account, time.GetTimestamp());
            return account;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>The login name of a caller without a domain, by which users have their grains and events name them.</summary>
    /// <exception cref="ControlException">The caller's number belongs to no user.</exception>
    public async Task<string> NameAsync(PeerCredentials caller, CancellationToken cancellationToken) =>
        await FindAsync(caller, cancellationToken) is { } account
            ? NameOf(account)
            : throw new ControlException(JsonRpc.Forbidden, $"The number {caller.UserId} belongs to no user.");

    /// <summary>The login name without a domain.</summary>
    public static string NameOf(Account account) => LoginName.Parse(account.Name)?.User ?? account.Name;

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();
}
