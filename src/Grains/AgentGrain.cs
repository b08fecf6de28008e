using System.Security.Cryptography;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains;

/// <inheritdoc cref="IAgentGrain"/>
public sealed class AgentGrain(
    [PersistentState("identity", AgentGrain.StorageName)] IPersistentState<AgentIdentity> identity,
    CurrentIdentity current,
    IMachine machine,
    AgentVersion version,
    IAuditLog audit,
    IAgentEvents events,
    TimeProvider time) : Grain, IAgentGrain
{
    /// <summary>The name of the grain storage that holds grain state.</summary>
    public const string StorageName = "ahenk";

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        current.Value = identity.State;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<AgentIdentity> GetIdentity() => Task.FromResult(identity.State);

    /// <inheritdoc/>
    public async Task<RegistrationDraft> PrepareRegistration(RegistrationOrder order)
    {
        var inventory = await machine.Inventory.ReadAsync(CancellationToken.None);
        var asked = await Write(Choose(order, inventory.Network) with { Host = order.Host ?? identity.State.Host });
        var message = new RegisterMessage
        {
            From = asked.Name,
            Password = asked.Password,
            UserName = order.User,
            UserPassword = order.UserPassword,
            Hostname = inventory.Network.Hostname,
            IpAddresses = string.Join(',', inventory.Network.IpAddresses),
            MacAddresses = string.Join(',', inventory.Network.MacAddresses),
            Data = RegistrationData.Create(inventory, version.Text),
            DirectoryServer = "LDAP",
            Timestamp = time.GetLocalNow(),
        };
        return new RegistrationDraft(asked, message.ToBody(), AgentName.Attempts(inventory.Network));
    }

    /// <inheritdoc/>
    public async Task MarkRegistered(string response, string? dn)
    {
        var registered = await Write(identity.State with
        {
            State = RegistrationState.Registered,
            Response = response,
            Dn = dn,
            RegisteredAt = time.GetUtcNow(),
        });
        events.Raise(new AgentRegistered(registered.Name, dn));
    }

    /// <inheritdoc/>
    public Task MarkVerified() =>
        identity.State.State == RegistrationState.Verified ? Task.CompletedTask : Write(identity.State with { State = RegistrationState.Verified });

    /// <inheritdoc/>
    public Task Adopt(string? name, string? password, string? dn) => Write(identity.State with
    {
        Name = string.IsNullOrEmpty(name) ? identity.State.Name : name,
        Password = string.IsNullOrEmpty(password) ? identity.State.Password : password,
        Dn = string.IsNullOrEmpty(dn) ? identity.State.Dn : dn,
    });

    /// <inheritdoc/>
    public async Task MarkUnregistered()
    {
        var name = identity.State.Name;
        await Write(new AgentIdentity { Host = identity.State.Host });
        audit.Write(new AuditEntry(AuditSource.Agent, AuditAction.Unregistered) { Result = "done" });
        events.Raise(new AgentUnregistered(name));
    }

    private AgentIdentity Choose(RegistrationOrder order, NetworkIdentity network)
    {
        var current = identity.State;
        if (order is { AccountName: { } account, AccountPassword: { } secret })
        {
            return current with { Name = account, Password = secret };
        }

        return current with
        {
            Name = order.Attempt == 0 && current.Name.Length > 0 ? current.Name : AgentName.Candidate(network, order.Attempt),
            Password = current.Password.Length > 0 ? current.Password : NewPassword(),
        };
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private async Task<AgentIdentity> Write(AgentIdentity next)
    {
        var stored = identity.State;
        identity.State = next;
        try
        {
            await identity.WriteStateAsync();
        }
        catch
        {
            // A failed write leaves the new value in memory: take it back before anybody sees it, also when the disk cannot be read either.
            identity.State = stored;
            await identity.ReadStateAsync();
            throw;
        }

        current.Value = next;
        return next;
    }
}
