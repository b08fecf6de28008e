namespace Ahenk.Grains.Interfaces;

/// <summary>Takes in that users log in and out, and keeps the user grains in step with who is really there.</summary>
public interface ISessionEvents
{
    /// <summary>Somebody has logged in, as the login service says. Stored when it returns; waits for nothing else.</summary>
    /// <param name="name">The login name, also <c>DOMAIN\user</c>.</param>
    /// <param name="login">What is known of the login.</param>
    /// <returns>Whether it is a person's login; display managers' and impossible names are not.</returns>
    Task<bool> LoginAsync(string name, UserLogin login);

    /// <summary>A session of somebody has ended, as the login service says. Another one may be there.</summary>
    Task<bool> LogoutAsync(string name);

    /// <summary>The login hook could not tell something in time and writes it down: it is looked for soon.</summary>
    void LookForNotes();
}

/// <summary>Tells that sessions may have come or gone.</summary>
public interface ISessionWatch
{
    /// <summary>Completes when something about sessions may have changed since the last call, or after a time when nobody can tell.</summary>
    Task WaitForChangeAsync(CancellationToken cancellationToken);
}

/// <summary>This run of the machine.</summary>
public interface IMachineBoot
{
    /// <summary>Another one after each start of the machine (boot_id, random(4)).</summary>
    string Id { get; }
}

/// <summary>Users who may administer the machine although they are not in its groups for that (LP 2.7).</summary>
public interface ILocalAdministrators
{
    /// <summary>Makes exactly these users administrators; who was one before and is not among them is one no longer.</summary>
    /// <returns>What hindered it, as a sentence for the log; <see langword="null"/>: nothing.</returns>
    Task<string?> SetAsync(IReadOnlyCollection<string> users, CancellationToken cancellationToken);
}
