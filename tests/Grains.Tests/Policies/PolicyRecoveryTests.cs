using Ahenk.Grains.Interfaces;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>A disk that fails and an agent that is killed: each application is reported exactly once.</summary>
[Trait("Category", "Crash")]
public sealed class PolicyRecoveryTests : IAsyncLifetime
{
    private static readonly string Reply = List(
        "ayse", Policy(1, 1, Profile(1, "usb")), Policy(2, 1, Profile(2, "usb")), Policy(3, 1, Profile(3, "conky")), Policy(4, 1, Profile(4, "")));

    private static readonly string[] Reported = ["901 POLICY_PROCESSED", "902 POLICY_PROCESSED", "903 POLICY_PROCESSED", "904 POLICY_ERROR"];

    private PolicyScene _scene = null!;

    private IPolicyGrain Ayse => _scene.Of("ayse");

    public async ValueTask InitializeAsync() => _scene = await PolicyScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_login_that_is_not_stored_is_taken_in_when_the_disk_works_again()
    {
        _scene.Store.FailNext(4);
        await Ayse.Enter("ayse");
        Assert.Empty(_scene.Store.Messages);

        await _scene.Silo.AdvanceUntil(_scene.Store.WaitAsync(_ => _scene.Requests.Count == 1));
        await Ayse.Receive(Reply);
        await _scene.Settle("ayse");

        Assert.Equal(Reported, _scene.Reports.Order());
    }

    [Fact]
    public async Task An_answer_that_is_not_stored_is_not_taken_for_received()
    {
        await Ayse.Enter("ayse");
        _scene.Store.FailNext(1);
        await Assert.ThrowsAsync<StorageException>(() => Ayse.Receive(Reply));
        Assert.Empty(_scene.Done);

        await Ayse.Receive(Reply);
        await _scene.Settle("ayse");

        Assert.Equal(Reported, _scene.Reports.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_answer_of_which_one_part_is_not_stored_is_applied_when_it_comes_again(int stored)
    {
        var reply = Flat("ayse", [Profile(1, "usb")], [Profile(2, "conky")]);
        await _scene.Login("can", List("can", Policy(3, 1, Profile(3, "conky"))));
        await Ayse.Enter("ayse");
        _scene.Store.FailAfter(stored);
        await Assert.ThrowsAsync<StorageException>(() => Ayse.Receive(reply));

        _scene.Store.FailNext(0);
        await Ayse.Receive(reply);
        await _scene.Settle("ayse", "can");

        Assert.Equal(["apply conky 801", "apply conky 903 can", "apply usb 901 ayse", "safe conky can"], _scene.Done.Order());
        Assert.Equal(3, _scene.Reports.Count);
    }

    [Fact]
    public async Task A_login_that_was_cut_short_before_it_came_here_counts_as_one()
    {
        await _scene.Login("ayse", Flat("ayse", null, [Profile(2, "conky")]));
        await _scene.Logout("ayse");
        await _scene.Settle();
        await _scene.Restart();

        await Ayse.Resume("ayse");
        await _scene.Settle("ayse");

        Assert.Equal(["safe conky", "apply conky 801"], _scene.Done);
        Assert.True(_scene.State("ayse").IsIn);
    }

    [Fact]
    public async Task Nothing_is_handed_to_plugins_before_it_is_stored_that_it_is()
    {
        await _scene.Login("ayse", List("ayse"));
        await Ayse.Leave();
        await Ayse.Receive(Reply);
        _scene.Store.FailAfter(1); // the login itself
        await Ayse.Resume("ayse");
        await Ayse.Replan();
        await Ayse.Explain();
        Assert.Empty(_scene.Done);
        Assert.Empty(_scene.Reports);

        _scene.Store.FailNext(0);
        await _scene.WhenReported(4);
        await _scene.Settle("ayse");

        Assert.Equal(Reported, _scene.Reports.Order());
        Assert.Equal(3, _scene.Done.Count);
    }

    [Fact]
    public async Task Reports_that_are_not_stored_are_stored_when_the_disk_works_again()
    {
        var go = new TaskCompletionSource();
        _scene.Host.Gate = (_, _) => go.Task;
        await Ayse.Enter("ayse");
        await Ayse.Receive(Reply);
        await _scene.Host.WhenWorked(works => works.Count == 2);

        _scene.Store.FailNext(3);
        go.SetResult();
        await _scene.WhenReported(4);
        await _scene.Settle("ayse");

        Assert.Equal(Reported, _scene.Reports.Order());
        Assert.Equal(3, _scene.Done.Count);
    }

    /// <summary>The database keeps what was stored up to a point, as it does when the process is killed; the plugins have done what they have done.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Killed_at_any_point_every_profile_is_reported_once_and_applied_in_the_end(int saves)
    {
        _scene.Store.FailAfter(saves);
        await Ayse.Enter("ayse");
        try
        {
            await Ayse.Receive(Reply);
        }
        catch (StorageException)
        {
            // Not acknowledged: it comes again.
        }

        await Ayse.Replan();
        await Ayse.Explain();
        await _scene.Restart(isKilled: true);
        var reported = _scene.Reports;
        var applied = _scene.Store.Documents.Count > 0 ? _scene.State("ayse").Applied : [];
        await Ayse.Resume("ayse");
        await Ayse.Receive(Reply);
        await _scene.Settle("ayse");

        // To undo what had begun takes the plugin's other profile with it, which is then applied, and so reported, again.
        Assert.Equal([1L, 2L, 3L, 4L], _scene.State("ayse").Applied.Select(profile => profile.ProfileId!.Value).Order());
        var again = _scene.Done.Where(work => work.StartsWith("apply", StringComparison.Ordinal)).Select(work => $"{work.Split(' ')[2]} POLICY_PROCESSED");
        Assert.Equal(Reported, _scene.Reports.Distinct().Order());
        Assert.Equal(reported.Concat(again).Where(report => report != Reported[3]).Append(Reported[3]).Order(), _scene.Reports.Order());
        foreach (var plugin in (string[])["usb", "conky"])
        {
            var isInterrupted = applied.Any(profile => profile.Plugin == plugin && profile.IsInterrupted);
            Assert.Equal(isInterrupted, _scene.Done.Contains($"safe {plugin} ayse"));
            Assert.All(applied.Where(profile => profile.Plugin == plugin && !isInterrupted), profile => Assert.DoesNotContain($"apply {plugin} {900 + profile.PolicyId} ayse", _scene.Done));
        }
    }

    [Fact]
    public async Task Stopped_in_order_while_a_profile_is_applied_it_is_applied_again_and_reported_once()
    {
        _scene.Host.Gate = (plugin, _) => plugin == "usb" ? new TaskCompletionSource().Task : Task.CompletedTask;
        await Ayse.Enter("ayse");
        await Ayse.Receive(Reply);
        await _scene.Store.WaitAsync(_ => _scene.Reports.Count == 2);

        await _scene.Restart();
        await Ayse.Resume("ayse");
        await _scene.Settle("ayse");

        Assert.Equal(["safe usb ayse", "apply usb 901 ayse", "apply usb 902 ayse"], _scene.Done);
        Assert.Equal(Reported, _scene.Reports.Order());
    }

    [Fact]
    public async Task A_restart_leaves_what_is_applied_and_asks_Lider_again()
    {
        await _scene.Login("ayse", Reply);

        await _scene.Restart();
        await Ayse.Resume("ayse");
        await Ayse.Receive(Reply);
        await _scene.Settle("ayse");

        Assert.Empty(_scene.Done);
        Assert.Equal(4, _scene.Reports.Count);
        Assert.Equal(2, _scene.Requests.Count);
    }

    [Fact]
    public async Task After_a_restart_what_is_stored_is_applied_without_waiting_for_Lider()
    {
        await _scene.Login("ayse", List("ayse"));
        await Ayse.Leave();
        await Ayse.Receive(Reply);
        await _scene.Restart();

        await Ayse.Resume("ayse");
        await _scene.Settle("ayse");

        Assert.Equal(Reported, _scene.Reports.Order());
    }

    [Fact]
    public async Task What_comes_back_from_a_run_of_before_is_not_counted()
    {
        var go = new TaskCompletionSource();
        _scene.Host.Gate = (_, _) => go.Task;
        await Ayse.Enter("ayse");
        await Ayse.Receive(List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Host.WhenWorked(works => works.Count == 1);

        await _scene.Silo.Deactivate(Ayse);
        await Ayse.Resume("ayse");
        go.SetResult();
        await _scene.Settle("ayse");

        Assert.Equal(["apply usb 901 ayse", "safe usb ayse", "apply usb 901 ayse"], _scene.Done);
        Assert.Equal(["901 POLICY_PROCESSED"], _scene.Reports);
    }

    [Fact]
    public async Task What_cannot_be_read_is_replaced_by_what_Lider_says()
    {
        await _scene.Store.SaveAsync([new Document(new DocumentKey(DocumentKinds.Policies, "ayse"), "{ broken")], []);

        await _scene.Login("ayse", Reply);

        Assert.Equal(Reported, _scene.Reports.Order());
    }
}
