namespace Ahenk.Plugins.Sdk;

/// <summary>
/// The agent's own registration with Lider, for the plugin through which Lider renames, moves and removes machines (PL 6). Whatever ends the agent's session belongs into
/// <see cref="PluginResult.AfterAnswer"/>. When a call returns, the change survives a power cut. A machine that is not registered is not changed.
/// </summary>
public interface IAgentRegistration
{
    /// <summary>The agent's entry in Lider's directory is elsewhere now. The session goes on.</summary>
    /// <param name="dn">Its distinguished name.</param>
    Task MoveAsync(string dn);

    /// <summary>The agent has another name; its password stays. The session ends, and the next one is opened under the new name.</summary>
    /// <param name="name">The local part of its JID.</param>
    /// <param name="dn">The distinguished name of its entry in Lider's directory.</param>
    Task RenameAsync(string name, string dn);

    /// <summary>
    /// Lider has removed this machine: the session ends, name and password and all that Lider has ordered are forgotten, and the agent waits to be
    /// registered again.
    /// </summary>
    Task LeaveAsync();
}
