using System.Text.Json.Nodes;
using Ahenk.Grains.Import;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Policies;
using Ahenk.Grains.Tests.Rig;
using Microsoft.Extensions.Time.Testing;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Import;

/// <summary>What becomes of the state of the Python Ahenk: who is logged in, and what is in force for them.</summary>
[Trait("Category", "Unit")]
public sealed class StateImportTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Booted = Now.AddHours(-3);

    private readonly ImportReport _report = new();

    [Fact]
    public async Task Policies_that_were_in_force_are_not_applied_again_when_Lider_says_the_same_and_are_when_it_says_something_else()
    {
        await using var scene = await PolicyScene.StartAsync();
        await StoreAsync(scene.Store, Assigned(loggedIn: true));

        await scene.Of("ayse").Resume("ayse");
        await scene.Of("ayse").Receive(List("ayse", Policy(1, 1, Profile(31, "usb"), Profile(32, "usb"), Profile(33, "conky"))));
        await scene.Settle("ayse");

        Assert.Empty(scene.Done);
        Assert.Empty(scene.Reports);
        Assert.Equal([31L, 32L, 33L], scene.State("ayse").Applied.Select(profile => profile.ProfileId!.Value));

        await scene.Of("ayse").Receive(List("ayse", Policy(1, 2, Profile(31, "usb"), Profile(32, "usb"), Profile(33, "conky"))));
        await scene.Settle("ayse");

        Assert.Equal(["apply conky 901 ayse", "apply usb 901 ayse", "apply usb 901 ayse", "safe conky ayse", "safe usb ayse"], scene.Done.Order());
    }

    [Fact]
    public async Task A_user_who_is_not_logged_in_gets_the_policies_at_the_next_login_also_without_Lider()
    {
        await using var scene = await PolicyScene.StartAsync();
        await StoreAsync(scene.Store, Assigned(loggedIn: false));

        await scene.Of("ayse").Enter("ayse");
        await scene.WhenReported(3);
        await scene.Settle("ayse");

        Assert.Equal(["apply conky 901 ayse", "apply usb 901 ayse", "apply usb 901 ayse"], scene.Done.Order());
    }

    [Fact]
    public async Task The_old_servers_versions_are_echoed_in_the_first_request()
    {
        await using var scene = await PolicyScene.StartAsync();
        await StoreAsync(scene.Store, new OldAgent
        {
            Policies = [new OldPolicy("ayse", null, "U-7", null, null, 5, []), new OldPolicy(null, null, "A-9", null, null, 6, [])],
        });

        await scene.Of("ayse").Enter("ayse");

        var request = Assert.Single(scene.Requests);
        Assert.Equal(("U-7", "A-9"), ((string?)request["userPolicyVersion"], (string?)request["agentPolicyVersion"]));
    }

    [Theory]
    [InlineData("ayse", 1, true)]
    [InlineData("AD\\ayse", 1, true)]
    [InlineData("ayse", -1, false)]
    [InlineData("gdm", 1, false)]
    [InlineData("../x", 1, false)]
    [InlineData("", 1, false)]
    public async Task Only_sessions_of_people_since_the_start_of_the_machine_go_on(string user, int hoursAfterBoot, bool goesOn)
    {
        var store = new FakeDocumentStore();
        await StoreAsync(store, new OldAgent { Sessions = [new OldSession(user, null, ":0", "gnome", null, Seconds(Booted.AddHours(hoursAfterBoot)))] });

        Assert.Equal(goesOn, store.Documents.ContainsKey(new DocumentKey(DocumentKinds.Session, "ayse")));
        Assert.Equal(goesOn ? 0 : 1, _report.LeftOut.Count);
    }

    [Theory]
    [InlineData("3", "Y", true)]
    [InlineData("3", "N", false)]
    [InlineData("-1", "Y", null)]
    [InlineData("2", "Y", null)]
    [InlineData("3", "?", null)]
    public async Task An_answer_counts_for_the_text_that_it_was_given_to(string contract, string choice, bool? accepted)
    {
        var store = new FakeDocumentStore();
        await StoreAsync(store, new OldAgent
        {
            Contract = new OldContract("3", "Kabul ediyor musunuz?", "1772700000000"),
            Answers = [new OldAnswer("ayse", contract, choice, "05-03-2026 11:40")],
        });

        var stored = store.Documents.GetValueOrDefault(new DocumentKey(DocumentKinds.AgreementAnswer, "ayse"));
        Assert.Equal(accepted, stored is null ? null : (bool?)JsonNode.Parse(stored)!["accepted"]);
        Assert.Contains(new DocumentKey(DocumentKinds.AgreementText, "text"), store.Documents.Keys);
    }

    [Fact]
    public async Task A_text_that_could_not_be_shown_is_left_out_along_with_its_answers()
    {
        var store = new FakeDocumentStore();
        await StoreAsync(store, new OldAgent { Contract = new OldContract("3", "\u0007", null), Answers = [new OldAnswer("ayse", "3", "Y", null)] });

        Assert.Empty(store.Documents);
        Assert.Equal(2, _report.LeftOut.Count);
    }

    private static OldAgent Assigned(bool loggedIn)
    {
        var usb = new OldProfile("p", "USB", "1.0.0", "{\"n\": 1}", false, true, false);
        return new OldAgent
        {
            Policies = [new OldPolicy("ayse", 1, "1-1", "01/03/2026 09:15:22", null, 901, [usb, usb, usb with { Plugin = "conky" }])],
            Sessions = loggedIn ? [new OldSession("ayse", null, ":0", "gnome", null, Seconds(Now.AddMinutes(-5)))] : [],
        };
    }

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private Task StoreAsync(FakeDocumentStore store, OldAgent old) =>
        new StateImport(old, "pc-7", new ScheduleOptions(), new FakeBoot(), Booted, new FakeTimeProvider(Now), _report).StoreAsync(store, new MemoryTaskStore());
}
