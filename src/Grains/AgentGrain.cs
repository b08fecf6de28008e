using System.Security.Cryptography;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains;

/// <inheritdoc cref="IAgentGrain"/>
public sealed class AgentGrain(
    [PersistentState(AgentGrain.StateName, AgentGrain.StorageName)] IPersistentState<AgentIdentity> identity,
    CurrentIdentity current,
    IMachine machine,
    IMachineFingerprint fingerprint,
    AgentVersion version,
    IAuditLog audit,
    IAgentEvents events,
    TimeProvider time) : Grain, IAgentGrain
{
    /// <summary>The name of the grain storage that holds grain state.</summary>
    public const string StorageName = "ahenk";

    /// <summary>What the identity is called in it.</summary>
    public const string StateName = "identity";

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
    public Task<string> PrepareUnregistration(string user, string userPassword)
    {
        var message = new UnregisterMessage
        {
            From = identity.State.Name,
            Password = identity.State.Password,
            UserName = user,
            UserPassword = userPassword,
            IpAddresses = string.Join(',', machine.Inventory.ReadNetwork().IpAddresses),
            Timestamp = time.GetLocalNow(),
        };
        return Task.FromResult(message.ToBody());
    }

    /// <inheritdoc/>
    public async Task MarkRegistered(string response, string? dn)
    {
        var registered = await Write(identity.State with
        {
            Departure = Departure.None,
            Machine = fingerprint.Read(),
            State = RegistrationState.Registered,
            Response = response,
            Dn = dn,
            RegisteredAt = time.GetUtcNow(),
        });
        events.Raise(new AgentRegistered(registered.Name, dn));
    }

    /// <inheritdoc/>
    public Task MarkVerified() =>
        identity.State is { State: RegistrationState.Verified } or { Name: "" } ? Task.CompletedTask : Write(identity.State with { State = RegistrationState.Verified });

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
        await Write(new AgentIdentity { Host = identity.State.Host, Departure = Departure.Begun });
        audit.Write(new AuditEntry(AuditSource.Agent, AuditAction.Unregistered) { Result = "done" });
        events.Raise(new AgentUnregistered(name));
    }

    /// <inheritdoc/>
    public Task MarkForgotten() =>
        identity.State.Departure == Departure.Begun ? Write(identity.State with { Departure = Departure.Done }) : Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<CloneReport> CheckMachine()
    {
        var now = fingerprint.Read();
        var report = identity.State.Machine is { } registered ? MachineComparison.Compare(registered, now) : CloneReport.Same;
        var known = identity.State.Machine is { } before ? MachineComparison.Merge(before, now) : now;
        if (!report.IsCopy && (identity.State.Machine is not { } stored || !MachineComparison.IsEqual(stored, known)))
        {
            await Write(identity.State with { Machine = known });
        }

        return report;
    }

    /// <inheritdoc/>
    public Task AdoptMachine() => Write(identity.State with { Machine = fingerprint.Read() });

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
