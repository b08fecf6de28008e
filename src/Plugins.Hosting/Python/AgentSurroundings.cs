using Ahenk.Grains.Interfaces;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>The agent's own registration. Who is logged in is not known to this version of the agent: the table <c>session</c> stays empty.</summary>
internal sealed class AgentSurroundings(CurrentIdentity identity) : IPythonSurroundings
{
    /// <inheritdoc/>
    public ValueTask<PythonSurroundings> ReadAsync()
    {
        var known = identity.Value;
        return new(new PythonSurroundings(
            new PythonAgent
            {
                Uid = known.Name.Length > 0 ? known.Name : null,
                Password = known.Password.Length > 0 ? known.Password : null,
                Dn = known.Dn,
                Registered = known.State != RegistrationState.Unregistered,
            },
            []));
    }
}
