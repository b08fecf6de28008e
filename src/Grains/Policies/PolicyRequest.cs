using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Policies;

/// <summary>GET_POLICIES (LP 3.3).</summary>
/// <remarks>
/// The list of known policies is always empty: then today's server sends the whole set (LP 5.1.4 b). A list that names policies would get an
/// answer in which a policy that is called deleted may be assigned all the same, and since answers bear no number, "nothing has changed" to one
/// request could not be told from "nothing is assigned" to another. The old server looks at the two versions and not at the list.
/// </remarks>
public static class PolicyRequest
{
    /// <summary>Asks for the policies of a user, and with them for the machine's.</summary>
    /// <param name="username">The user, as the directory knows them.</param>
    /// <param name="user">What is stored for the user; the old server's version is echoed to the letter.</param>
    /// <param name="machine">What is stored for the machine; likewise.</param>
    /// <param name="now">Local time.</param>
    public static GetPoliciesMessage For(string username, PolicySet user, PolicySet machine, DateTimeOffset now) => new()
    {
        Username = username,
        UserPolicyVersion = user.Flat?.Version,
        AgentPolicyVersion = machine.Flat?.Version,
        Timestamp = now,
    };
}
