using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class ControlDashboardTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();
    private readonly DashboardAccess _access = new(0);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Where_it_is_off_the_answer_says_how_to_switch_it_on()
    {
        var answer = await AskAsync("", 0);

        Assert.Null(answer["address"]);
        Assert.Contains("ahenk config set DIAGNOSTICS.dashboard on", (string?)answer["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_it_is_on_the_answer_is_its_address_or_why_it_has_none()
    {
        const string On = "[DIAGNOSTICS]\ndashboard = on\n";
        Assert.Contains("still starting", (string?)(await AskAsync(On, 0))["message"], StringComparison.Ordinal);

        _access.Failed("The port is taken.");
        Assert.Equal("The port is taken.", (string?)(await AskAsync(On, 0))["message"]);

        _access.Opened("http://127.0.0.1:1/?token=x");
        Assert.Equal("http://127.0.0.1:1/?token=x", (string?)(await AskAsync(On, 0))["address"]);
    }

    [Fact]
    public async Task Its_address_is_for_root_alone()
    {
        _access.Opened("http://127.0.0.1:1/?token=x");

        Assert.Equal(JsonRpc.Forbidden, (await Assert.ThrowsAsync<ControlException>(() => AskAsync("", 4242))).Code);
    }

    private async Task<JsonNode> AskAsync(string configuration, uint user)
    {
        var methods = new ControlMethods([new DashboardControl(_access, _folder.Write(configuration).Read())]);
        return (await methods.Invoke(JsonRpc.Read("""{"method":"dashboard"}""", out _)!, new PeerCredentials(1, user), TestContext.Current.CancellationToken))!;
    }
}
