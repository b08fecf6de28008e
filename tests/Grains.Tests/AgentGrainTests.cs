using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;
using Ahenk.Lider.Protocol;

namespace Ahenk.Grains.Tests;

[Trait("Category", "Unit")]
public sealed class AgentGrainTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private IAgentGrain Agent => _silo.Grains.GetGrain<IAgentGrain>(0);

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_request_asks_for_the_host_name_with_a_password_of_128_bits()
    {
        var draft = await Agent.PrepareRegistration(Order(0));

        var body = JsonNode.Parse(draft.Body)!;
        Assert.Equal(("pc-7", 6), (draft.Identity.Name, draft.MostAttempts));
        Assert.Matches("^[0-9a-f]{32}$", draft.Identity.Password);
        Assert.Equal(
            ("REGISTER", "pc-7", draft.Identity.Password, "admin", "secret", "10.0.0.5", "52:54:00:aa:bb:cc,52:54:00:dd:ee:ff"),
            ((string?)body["type"], (string?)body["from"], (string?)body["password"], (string?)body["userName"], (string?)body["userPassword"],
                (string?)body["ipAddresses"], (string?)body["macAddresses"]));
    }

    [Fact]
    public async Task Name_and_password_stay_the_same_across_retries_of_an_unanswered_request_and_restarts()
    {
        var first = await Agent.PrepareRegistration(Order(0));
        _silo.Machine.Network = _silo.Machine.Network with { Hostname = "renamed" };
        var second = await Agent.PrepareRegistration(Order(0));
        await _silo.Deactivate(Agent);
        var third = await Agent.PrepareRegistration(Order(0));

        Assert.Equal(first.Identity, second.Identity);
        Assert.Equal(first.Identity, third.Identity);
    }

    [Fact]
    public async Task After_a_refusal_another_name_is_asked_for_with_the_same_password_and_kept()
    {
        var first = (await Agent.PrepareRegistration(Order(0))).Identity;
        var second = (await Agent.PrepareRegistration(Order(1))).Identity;

        Assert.Equal(("pc-7", "pc-7-aabbcc"), (first.Name, second.Name));
        Assert.Equal(first.Password, second.Password);
        Assert.Equal(second, (await Agent.PrepareRegistration(Order(0))).Identity);
    }

    [Fact]
    public async Task A_configured_account_becomes_the_identity()
    {
        var draft = await Agent.PrepareRegistration(Order(0) with { AccountName = "given", AccountPassword = "its-secret" });

        Assert.Equal(("given", "its-secret"), (draft.Identity.Name, draft.Identity.Password));
        Assert.Equal("given", (string?)JsonNode.Parse(draft.Body)!["from"]);
    }

    [Fact]
    public async Task A_server_given_by_hand_is_kept()
    {
        await Agent.PrepareRegistration(Order(0) with { Host = "xmpp.example" });
        await Agent.PrepareRegistration(Order(0));

        Assert.Equal("xmpp.example", (await Agent.GetIdentity()).Host);
    }

    [Fact]
    public async Task The_states_of_a_registration_survive_a_restart()
    {
        await Agent.PrepareRegistration(Order(0));
        Assert.Equal(RegistrationState.Unregistered, (await Agent.GetIdentity()).State);

        await Agent.MarkRegistered("{}", "cn=pc-7");
        await _silo.Deactivate(Agent);
        var registered = await Agent.GetIdentity();
        Assert.Equal((RegistrationState.Registered, "cn=pc-7", "{}", Given.Now), (registered.State, registered.Dn, registered.Response, registered.RegisteredAt));

        await Agent.MarkVerified();
        await Agent.MarkVerified();
        await _silo.Deactivate(Agent);
        Assert.Equal(registered with { State = RegistrationState.Verified }, await Agent.GetIdentity());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_not_stored_is_not_seen_afterwards(bool readsFailToo)
    {
        await Agent.PrepareRegistration(Order(0));
        var before = await Agent.GetIdentity();
        _silo.GrainStorage.WritesFail = true;
        _silo.GrainStorage.ReadsFail = readsFailToo;

        await Assert.ThrowsAnyAsync<OrleansException>(() => Agent.MarkRegistered("{}", "cn=pc-7"));
        await Assert.ThrowsAnyAsync<OrleansException>(() => Agent.PrepareRegistration(Order(1)));

        Assert.Equal(before, await Agent.GetIdentity());
        _silo.GrainStorage.WritesFail = _silo.GrainStorage.ReadsFail = false;
        await Agent.MarkVerified();
        Assert.Equal(before with { State = RegistrationState.Verified }, await Agent.GetIdentity());
    }

    [Fact]
    public async Task A_request_to_leave_names_the_machine_its_addresses_and_who_asks()
    {
        var identity = (await Agent.PrepareRegistration(Order(0))).Identity;

        var body = JsonNode.Parse(await Agent.PrepareUnregistration("admin", "secret"))!;

        Assert.Equal(
            ("UNREGISTER", "pc-7", identity.Password, "admin", "secret", "10.0.0.5"),
            ((string?)body["type"], (string?)body["from"], (string?)body["password"], (string?)body["userName"], (string?)body["userPassword"], (string?)body["ipAddresses"]));
    }

    [Fact]
    public async Task A_machine_that_leaves_forgets_everything_but_its_server_and_that_it_left_until_it_is_registered_again()
    {
        await Agent.PrepareRegistration(Order(0) with { Host = "by-hand" });
        await Agent.MarkRegistered("""{"ldapServer":"10.0.0.3"}""", "cn=pc-7");
        await Agent.MarkForgotten();
        Assert.Equal(Departure.None, (await Agent.GetIdentity()).Departure);

        await Agent.MarkUnregistered();
        await _silo.Deactivate(Agent);
        Assert.Equal(new AgentIdentity { Host = "by-hand", Departure = Departure.Begun }, await Agent.GetIdentity());

        // Its session had just come up.
        await Agent.MarkVerified();
        await Agent.MarkForgotten();
        await _silo.Deactivate(Agent);
        Assert.Equal(new AgentIdentity { Host = "by-hand", Departure = Departure.Done }, await Agent.GetIdentity());

        await Agent.PrepareRegistration(Order(0));
        await Agent.MarkRegistered("{}", "cn=pc-7");
        Assert.Equal(Departure.None, (await Agent.GetIdentity()).Departure);
    }

    [Fact]
    public async Task All_that_lider_said_of_the_directory_survives_a_restart()
    {
        const string Response = """{"type":"REGISTRATION_RESPONSE","status":"REGISTERED","agentDn":"cn=pc-7,dc=x","ldapServer":"10.0.0.3","ldapBaseDn":"dc=x","ldapVersion":"3","ldapUserDn":"cn=pc-7,dc=x","directoryServer":"LDAP","disableLocalUser":false,"adDomainName":"d","adHostName":"h","adIpAddress":"i","adAdminUserName":"u","adAdminPassword":"p"}""";
        await Agent.PrepareRegistration(Order(0));
        await Agent.MarkRegistered(Response, "cn=pc-7,dc=x");
        await Agent.MarkVerified();
        await Agent.Adopt("lab-7", null, "cn=lab-7,dc=x");
        await _silo.Deactivate(Agent);

        var stored = Assert.IsType<RegistrationResponseMessage>(LiderMessage.Parse((await Agent.GetIdentity()).Response!));
        Assert.Equal(
            ("LDAP", false, "10.0.0.3", "dc=x", "3", "cn=pc-7,dc=x"),
            (stored.DirectoryServer, stored.DisableLocalUser, stored.LdapServer, stored.LdapBaseDn, stored.LdapVersion, stored.LdapUserDn));
        Assert.Equal(("d", "h", "i", "u", "p"), (stored.AdDomainName, stored.AdHostName, stored.AdIpAddress, stored.AdAdminUserName, stored.AdAdminPassword));
    }

    [Fact]
    public async Task The_machine_is_stored_when_it_is_registered_and_at_the_first_look_of_an_agent_that_was_upgraded()
    {
        _silo.Fingerprint.Now = new MachineFingerprint { ProductUuid = "u1", MacAddresses = ["m1"] };
        await Agent.PrepareRegistration(Order(0));
        await Agent.MarkRegistered("{}", null);
        _silo.Fingerprint.Now = new MachineFingerprint { ProductUuid = "u2", MacAddresses = ["m2"] };
        Assert.True((await Agent.CheckMachine()).IsCopy);

        await Agent.MarkUnregistered();
        Assert.Equal(CloneReport.Same, await Agent.CheckMachine());
        await _silo.Deactivate(Agent);
        _silo.Fingerprint.Now = new MachineFingerprint { ProductUuid = "u1", MacAddresses = ["m1"] };
        Assert.True((await Agent.CheckMachine()).IsCopy);
    }

    [Fact]
    public async Task Parts_that_change_one_after_the_other_leave_the_machine_what_it_is()
    {
        _silo.Fingerprint.Now = new MachineFingerprint { ProductUuid = "u1", ProductSerial = "s1", BoardSerial = "b1", MacAddresses = ["m1"], MachineId = "i1" };
        await Agent.CheckMachine();

        foreach (var changed in (MachineFingerprint[])
            [_silo.Fingerprint.Now with { MacAddresses = ["m2"] }, _silo.Fingerprint.Now with { MacAddresses = ["m2"], MachineId = "i2" },
                _silo.Fingerprint.Now with { MacAddresses = ["m2"], MachineId = "i2", ProductUuid = "u2", BoardSerial = "b2" }])
        {
            _silo.Fingerprint.Now = changed;
            Assert.False((await Agent.CheckMachine()).IsCopy);
        }
    }

    [Fact]
    public async Task A_copy_changes_nothing_until_somebody_adopts_it()
    {
        var registered = _silo.Fingerprint.Now = new MachineFingerprint { ProductUuid = "u1", MacAddresses = ["m1"], MachineId = "i" };
        await Agent.CheckMachine();
        var copy = new MachineFingerprint { ProductUuid = "u2", MacAddresses = ["m2"], MachineId = "i" };
        _silo.Fingerprint.Now = copy;
        Assert.True((await Agent.CheckMachine()).IsCopy);
        Assert.True((await Agent.CheckMachine()).IsCopy);
        _silo.Fingerprint.Now = registered;
        Assert.False((await Agent.CheckMachine()).IsCopy);

        _silo.Fingerprint.Now = copy;
        await Agent.AdoptMachine();
        await _silo.Deactivate(Agent);
        Assert.Equal(CloneReport.Same.IsCopy, (await Agent.CheckMachine()).IsCopy);
    }

    [Fact]
    public async Task Nothing_that_may_be_logged_holds_a_secret()
    {
        var order = Order(0);
        var draft = await Agent.PrepareRegistration(order);

        Assert.DoesNotContain("secret", order.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(draft.Identity.Password, draft.ToString() + draft.Identity, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", draft.ToString(), StringComparison.Ordinal);
    }

    private static RegistrationOrder Order(int attempt) => new() { Attempt = attempt, User = "admin", UserPassword = "secret" };
}
