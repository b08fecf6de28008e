using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the machine is registered, and the configuration speaks of the same account and domain.</summary>
internal sealed class IdentityHealth(Patient patient) : NeedsConfiguration(patient)
{
    public override int Number => 3;

    public override string Name => "identity";

    public override bool IsForEverybody => true;

    protected override Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken) => Task.FromResult(Check(settings));

    private static Finding Check(AhenkSettings settings)
    {
        var identity = StoredIdentity.Read(settings.DatabaseFile);
        var gateway = settings.Gateway;
        return identity is null or { State: RegistrationState.Unregistered }
            ? Finding.Broken("This machine is not registered with Lider.", "Register it: ahenk register HOST USER; or name a [CONNECTION] registration_credential_file and restart the agent.")
            : gateway is { RegisterWithAccount: true, AccountName: { } account } && account != identity.Name
                ? Finding.Warning($"The machine is registered as {identity.Name}, but [CONNECTION] uid names {account}.", "Set uid back, or unregister the machine and register it anew.")
            : identity.BoundJid is { } bound && Jid.TryParse(bound, out var jid) && jid.Domain != gateway.ServiceName
                ? Finding.Warning(
                    $"The last session was {bound}, but [CONNECTION] servicename names {gateway.ServiceName}.", "Set servicename back, or unregister the machine and register it with the other Lider.")
            : Finding.Ok($"Registered as {identity.Name}{(identity.State == RegistrationState.Verified ? "" : ", and not logged in since then")}.");
    }
}
