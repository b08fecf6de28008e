using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>Profiles whose plugins are not here, or cannot apply profiles.</summary>
[Trait("Category", "Unit")]
public sealed class PolicyPluginTests : IAsyncLifetime
{
    private static readonly string Reply = List("ayse", Policy(1, 1, Profile(1, "usb")), Policy(2, 1, Profile(2, "conky")));

    private readonly HashSet<string> _unfit = [];
    private readonly HashSet<string> _missing = ["usb"];
    private PolicyScene _scene = null!;

    private IPolicyGrain Ayse => _scene.Of("ayse");

    private IPluginGrain Usb => _scene.Silo.Grains.GetGrain<IPluginGrain>("usb");

    private IReadOnlyList<JsonNode> Asked =>
        [.. _scene.Silo.Outbox.Drafts.Select(draft => JsonNode.Parse(draft.Body)!).Where(message => (string?)message["type"] == "MISSING_PLUGIN")];

    public async ValueTask InitializeAsync()
    {
        _scene = await PolicyScene.StartAsync();
        _scene.Host.OnFind = (plugin, version, _) => Missing($"{plugin} {version}") || Missing(plugin) ? new PluginLookup($"The plugin {plugin} is not here.", true, false, false)
            : Unfit(plugin) ? new PluginLookup($"The plugin {plugin} has no policy.", false, false, false)
            : default;
    }

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Lider_is_asked_for_a_missing_plugin_and_its_profile_is_applied_when_it_has_come()
    {
        await _scene.Login("ayse", Reply);
        Assert.Equal(("usb", "1.0.0"), ((string?)Assert.Single(Asked)["pluginName"], (string?)Asked[0]["pluginVersion"]));
        Assert.Equal(["902 POLICY_PROCESSED"], _scene.Reports);

        _scene.Silo.Installer.OnInstall = (_, _) =>
        {
            Come("usb");
            return Task.FromResult<string?>(null);
        };
        await Usb.Install(new PluginPackage("1.0.0", "{}", null));
        await _scene.WhenReported(2);
        await _scene.Settle("ayse");

        Assert.Equal(["902 POLICY_PROCESSED", "901 POLICY_PROCESSED"], _scene.Reports);
        Assert.Equal(["apply conky 902 ayse", "apply usb 901 ayse"], _scene.Done);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_waits_in_vain_is_reported_once_and_applied_and_reported_when_the_plugin_comes_after_all(bool isSaidSo)
    {
        await _scene.Login("ayse", Reply);
        if (isSaidSo)
        {
            await Usb.NotFound();
        }

        await _scene.WhenReported(2);
        await _scene.Settle("ayse");
        await Ayse.Receive(Reply);
        await _scene.Settle("ayse");
        Assert.Equal(["902 POLICY_PROCESSED", "901 POLICY_ERROR"], _scene.Reports);
        Assert.Contains(isSaidSo ? "Lider has no package of it" : "install_timeout", (string?)_scene.Statuses[1]["responseMessage"], StringComparison.Ordinal);
        Assert.DoesNotContain("task", (string?)_scene.Statuses[1]["responseMessage"], StringComparison.OrdinalIgnoreCase);
        Assert.Single(Asked);

        Come("usb");
        await Usb.Change(PluginChange.Load);
        await _scene.WhenReported(3);

        Assert.Equal("901 POLICY_PROCESSED", _scene.Reports[2]);
        Assert.Equal(["apply conky 902 ayse", "apply usb 901 ayse"], _scene.Done);
    }

    [Fact]
    public async Task What_waited_in_vain_is_not_reported_again_after_a_restart_but_at_the_next_login()
    {
        await _scene.Login("ayse", Reply);
        await Usb.NotFound();
        await _scene.WhenReported(2);

        await _scene.Restart();
        await Ayse.Resume("ayse");
        await _scene.Settle("ayse");
        Assert.Empty(Asked);
        Assert.Equal(2, _scene.Reports.Count);

        await _scene.Logout("ayse");
        await _scene.Login("ayse", Reply);
        Assert.Single(Asked);
        await Usb.NotFound();
        await _scene.WhenReported(4);
        Assert.Equal(["901 POLICY_ERROR", "902 POLICY_PROCESSED"], _scene.Reports.Skip(2).Order());
    }

    [Fact]
    public async Task A_restart_waits_on()
    {
        await _scene.Login("ayse", Reply);
        await _scene.Restart();
        await Ayse.Resume("ayse");
        await _scene.Settle("ayse");

        Assert.Single(Asked);
        await Usb.NotFound();
        await _scene.WhenReported(2);
        Assert.Equal(["902 POLICY_PROCESSED", "901 POLICY_ERROR"], _scene.Reports);
    }

    [Fact]
    public async Task A_version_that_is_missing_is_waited_for_and_the_other_one_used()
    {
        lock (_missing)
        {
            _missing.Clear();
            _missing.Add("usb 2.0.0");
        }

        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"), Profile(2, "usb", version: "2.0.0"))));
        Assert.Equal("2.0.0", (string?)Assert.Single(Asked)["pluginVersion"]);
        await Usb.NotFound();
        await _scene.WhenReported(2);

        Assert.Equal(["901 POLICY_PROCESSED", "901 POLICY_ERROR"], _scene.Reports);
    }

    [Fact]
    public async Task Two_users_who_wait_for_a_plugin_both_get_it()
    {
        await _scene.Login("ayse", List("ayse", Policy(1, 1, Profile(1, "usb"))));
        await _scene.Login("can", List("can", Policy(2, 1, Profile(2, "usb"))));
        Assert.Single(Asked);

        Come("usb");
        await Usb.Change(PluginChange.Load);
        await _scene.WhenReported(2);
        await _scene.Settle("ayse", "can");

        Assert.Equal(["apply usb 901 ayse", "apply usb 902 can"], _scene.Done.Order());
    }

    [Fact]
    public async Task A_plugin_that_cannot_apply_profiles_is_reported_once_and_used_when_it_can()
    {
        Come("usb");
        lock (_unfit)
        {
            _unfit.Add("usb");
        }

        await _scene.Login("ayse", Reply);
        await _scene.Settle("ayse");
        Assert.Equal(["901 POLICY_ERROR", "902 POLICY_PROCESSED"], _scene.Reports.Order());
        Assert.Empty(Asked);

        lock (_unfit)
        {
            _unfit.Clear();
        }

        await Usb.Change(PluginChange.Load);
        await _scene.WhenReported(3);
        await _scene.Settle("ayse");

        Assert.Equal("901 POLICY_PROCESSED", _scene.Reports[2]);
        Assert.Equal(2, _scene.Done.Count);
    }

    [Fact]
    public async Task A_user_who_has_left_is_not_bothered_with_plugins_that_come()
    {
        await _scene.Login("ayse", Reply);
        await _scene.Logout("ayse");

        Come("usb");
        await Usb.Change(PluginChange.Load);
        await _scene.Settle("ayse");

        Assert.Equal(["apply conky 902 ayse"], _scene.Done);
    }

    private bool Missing(string plugin)
    {
        lock (_missing)
        {
            return _missing.Contains(plugin);
        }
    }

    private bool Unfit(string plugin)
    {
        lock (_unfit)
        {
            return _unfit.Contains(plugin);
        }
    }

    private void Come(string plugin)
    {
        lock (_missing)
        {
            _missing.Remove(plugin);
        }
    }
}
