using Ahenk.Grains.Policies;

namespace Ahenk.Grains.Tests.Policies;

[Trait("Category", "Unit")]
public sealed class PolicyRunTests
{
    private static readonly AppliedProfile Old = Applied("usb", 1, "old");

    [Fact]
    public void Of_what_is_under_way_nobody_knows_how_much_is_there()
    {
        var run = new PolicyRun([Old, Applied("conky", 9, "kept")], [Step(PolicyStepKind.Undo, "usb", 0), Step(PolicyStepKind.Apply, "usb", 2), Step(PolicyStepKind.Refuse, "x", 3)]);
        Assert.Equal(["usb 1 ?", "conky 9 kept", "usb 2 ?", "x 3 new-3 refused"], Words(run.Applied));

        End(run, 0);
        Assert.Equal(["conky 9 kept", "usb 2 ?", "x 3 new-3 refused"], Words(run.Applied));
        Assert.False(run.IsOver);

        End(run, 0);
        Assert.Equal(["conky 9 kept", "usb 2 new-2", "x 3 new-3 refused"], Words(run.Applied));
        Assert.True(run.IsOver);
        Assert.Equal(Words(run.Applied), Words(run.AppliedInTheEnd));
    }

    [Fact]
    public void A_step_ends_once_and_only_in_its_own_run()
    {
        var step = Step(PolicyStepKind.Apply, "usb", 1);
        var (one, other) = (new PolicyRun([], [step]), new PolicyRun([], [step]));
        var tag = one.Open.Single().Tag;

        Assert.Null(other.End(tag));
        Assert.Null(one.End(null));
        Assert.Null(one.End("nonsense"));
        Assert.Same(step, one.End(tag));
        Assert.Null(one.End(tag));
    }

    [Fact]
    public void What_others_have_undone_is_forgotten_and_what_is_still_to_come_counts()
    {
        var run = new PolicyRun([Old, Applied("y", 8, "r") with { IsRefused = true }], [Step(PolicyStepKind.Apply, "conky", 2), Step(PolicyStepKind.Apply, "script", 3)]);
        End(run, 0);

        run.Forget();
        Assert.Equal(["y 8 r refused", "script 3 ?"], Words(run.Applied));
        End(run, 0);
        Assert.Equal(["y 8 r refused", "script 3 new-3"], Words(run.Applied));
    }

    [Fact]
    public void What_is_stored_can_be_read_by_later_versions()
    {
        var state = PolicyState.FromJson("""
            {"user":"FIRMA\\ayse","in":true,"boot":"b","receivedAt":"2026-03-05T09:00:00+00:00","of later versions":1,
             "set":{"policies":[{"id":12,"version":"12-3","profiles":[]}]},
             "applied":[{"plugin":"script","scope":"user","policy":12,"profile":31,"print":"abc"}],"vain":["def"]}
            """);

        Assert.Equal(("FIRMA\\ayse", true, "b", 12L, "abc", "def"), (state.User, state.IsIn, state.Boot, state.Set.Policies[0].Id, state.Applied[0].Print, state.InVain[0]));
        Assert.Equal(state.ToJson(), PolicyState.FromJson(state.ToJson()).ToJson());
        Assert.False(PolicyState.FromJson("{}").IsIn);
    }

    private static void End(PolicyRun run, int open) => Assert.NotNull(run.End(run.Open.ElementAt(open).Tag));

    private static AppliedProfile Applied(string plugin, long id, string print) => new() { Plugin = plugin, Scope = PolicyScope.User, ProfileId = id, Print = print };

    private static PolicyStep Step(PolicyStepKind kind, string plugin, long id) => new()
    {
        Kind = kind,
        Cause = PolicyCause.Assigned,
        Plugin = plugin,
        Scope = PolicyScope.User,
        Reason = "For the test.",
        Profile = new StoredProfile { Id = id, Plugin = plugin },
        Print = $"new-{id}",
    };

    private static IEnumerable<string> Words(IEnumerable<AppliedProfile> applied) =>
        applied.Select(profile => $"{profile.Plugin} {profile.ProfileId} {(profile.IsInterrupted ? "?" : profile.Print)}{(profile.IsRefused ? " refused" : "")}");
}
