using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using static Ahenk.Grains.Tests.Policies.PolicyScene;

namespace Ahenk.Grains.Tests.Policies;

/// <summary>
/// Users come and go and policies change at random while plugins work: what is in force in the end is what would be on a clean machine. The plugins of this
/// test are bad at scopes: a safe mode takes the machine's profiles with it, too.
/// </summary>
[Trait("Category", "Unit")]
public sealed class PolicyHistoryTests
{
    private static readonly string[] Plugins = ["usb", "conky", "script"];
    private static readonly string[] Users = ["ayse", "can", "deniz"];

    private readonly Dictionary<string, PolicySet> _in = [];
    private PolicySet _machine = PolicySet.Empty;
    private JsonObject[] _machineProfiles = [];
    private int _edition;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task What_is_in_force_in_the_end_is_what_is_assigned_in_the_end(int seed)
    {
        var random = new Random(seed);
        await using var scene = await PolicyScene.StartAsync();
        scene.Host.Gate = (_, work) => TakeTime(Math.Abs(HashCode.Combine(seed, work.Tag?[^1], work.PolicyVersion)) % 7 * 40);
        for (var i = 0; i < 60; i++)
        {
            var user = Users[random.Next(Users.Length)];
            switch (random.Next(5))
            {
                case 0 when _in.Remove(user):
                    await scene.Of(user).Leave();
                    await RunSafeModes(scene, user);
                    await scene.Of(user).Undone();
                    break;
                case 1 when !_in.ContainsKey(user):
                    await RunSafeModes(scene, user);
                    await scene.Of(user).Enter(user);
                    await Receive(scene, random, user);
                    break;
                case 2:
                    await scene.Settle([.. _in.Keys]);
                    break;
                default:
                    if (_in.ContainsKey(user))
                    {
                        await Receive(scene, random, user);
                    }

                    break;
            }
        }

        await scene.Settle([.. _in.Keys]);
        await scene.Settle([.. _in.Keys]);
        var works = scene.Host.Works;
        Assert.Equal(Expected().Order(), InForce(works).Order());
        Assert.Equal(works.Count(run => run.Work.Kind == PluginWorkKind.Profile), scene.Reports.Count);
        Assert.True(works.Count > 30, $"Only {works.Count} calls of plugins: this history proves little.");
    }

    private static async Task TakeTime(int turns)
    {
        for (var i = 0; i < turns; i++)
        {
            await Task.Yield();
        }
    }

    /// <summary>What a session does at login and logout: every plugin's safe mode, behind what is in its queue.</summary>
    private static async Task RunSafeModes(PolicyScene scene, string user)
    {
        var before = scene.Host.Works.Count(run => IsOfSession(run.Work));
        foreach (var plugin in Plugins)
        {
            await scene.Silo.Grains.GetGrain<IPluginGrain>(plugin).Enqueue(
                new PluginWork { Kind = PluginWorkKind.Mode, Command = nameof(PluginMode.Safe), UserName = user });
        }

        await scene.Host.WhenWorked(works => works.Count(run => IsOfSession(run.Work)) == before + Plugins.Length);
    }

    private static bool IsOfSession(PluginWork work) => work.Owner is null;

    private async Task Receive(PolicyScene scene, Random random, string user)
    {
        _edition++;
        if (random.Next(3) == 0)
        {
            _machineProfiles = RandomProfiles(random);
        }

        var body = Flat(user, RandomProfiles(random), [.. _machineProfiles.Select(profile => profile.DeepClone().AsObject())], _edition);
        var message = Assert.IsType<ExecutePolicyMessage>(LiderMessage.Parse(body));
        _in[user] = PolicyMerge.Merge(_in.GetValueOrDefault(user, PolicySet.Empty), message, PolicyScope.User);
        _machine = PolicyMerge.Merge(_machine, message, PolicyScope.Machine);
        await scene.Of(user).Receive(body);
    }

    private static JsonObject[] RandomProfiles(Random random) =>
        [.. Plugins.Where(_ => random.Next(2) == 0).Select((plugin, i) => Profile(i, plugin, random.Next(3), overridable: random.Next(2) == 0))];

    private static List<string> InForce(IEnumerable<(string Plugin, PluginWork Work)> works)
    {
        var inForce = new List<(string Plugin, string? User, string Text)>();
        foreach (var (plugin, work) in works)
        {
            if (work.Kind == PluginWorkKind.Mode)
            {
                inForce.RemoveAll(profile => profile.Plugin == plugin && (profile.User is null || profile.User == work.UserName || work.UserName is null));
            }
            else
            {
                Assert.DoesNotContain(inForce, profile => profile.Plugin == plugin && (profile.User is null) != (work.UserName is null));
                inForce.Add((plugin, work.UserName, $"{plugin} {work.UserName} {work.Parameters} {work.PolicyVersion}"));
            }
        }

        return inForce.ConvertAll(profile => profile.Text);
    }

    private IEnumerable<string> Expected()
    {
        var all = new PolicySet { Policies = [.. _in.Values.SelectMany(set => set.Policies)] };
        return Applied(all, PolicyScope.Machine, "").Concat(_in.SelectMany(user => Applied(user.Value, PolicyScope.User, user.Key)));
    }

    private IEnumerable<string> Applied(PolicySet user, PolicyScope scope, string name) => PolicyPlan
        .Make(new PolicyInput { User = user, Machine = _machine, Now = Rig.Given.Now, FindPlugin = (_, _) => default })
        .Steps.Where(step => step.Kind == PolicyStepKind.Apply && step.Scope == scope)
        .Select(step => $"{step.Plugin} {name} {step.Profile!.Data} {step.Policy!.Version}");
}
