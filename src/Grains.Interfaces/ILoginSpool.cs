namespace Ahenk.Grains.Interfaces;

/// <summary>Logins and logouts that nobody was there to be told of, written down by the login hook (packaging/pam/README.md).</summary>
public interface ILoginSpool
{
    /// <summary>What was written down since the last time; it is kept until <see cref="Forget"/>, also when the agent ends in between.</summary>
    /// <returns><see langword="null"/>: nothing was.</returns>
    SpooledLogins? Take();

    /// <summary>What was taken has been dealt with.</summary>
    void Forget();
}

/// <summary>What was written down.</summary>
/// <param name="Lines">The lines, as they stand there: hints, to be checked as what anybody says.</param>
/// <param name="Problem">Why they could not be read, as a sentence for the administrator.</param>
public sealed record SpooledLogins(IReadOnlyList<string> Lines, string? Problem = null);
