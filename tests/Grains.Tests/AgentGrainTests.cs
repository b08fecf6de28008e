using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

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
