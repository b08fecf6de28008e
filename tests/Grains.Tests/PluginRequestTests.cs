using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Tests.Rig;

namespace Ahenk.Grains.Tests;

/// <summary>What plugins of the original agent ask for.</summary>
[Trait("Category", "Unit")]
public sealed class PluginRequestTests : IAsyncLifetime
{
    private GrainCluster _silo = null!;

    private IPluginRequests Requests => _silo.Requests;

    public async ValueTask InitializeAsync() => _silo = await GrainCluster.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_message_goes_out_on_one_line_however_the_plugin_wrote_it()
    {
        await Requests.SendMessageAsync("backup", "{ \"type\": \"TASK_STATUS\",\n  \"taskId\": 7, \"responseMessage\": \"satır\u2028sonu\" }");

        var body = Assert.Single(_silo.Outbox.Drafts).Body;
        Assert.DoesNotContain(body, character => character is '\n' or '\u2028');
        Assert.Equal("satır\u2028sonu", (string?)JsonNode.Parse(body)!["responseMessage"]);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[1]")]
    [InlineData("{\"taskId\":7}")]
    [InlineData("{\"type\":7}")]
    public async Task What_is_no_message_is_refused(string body)
    {
        await Assert.ThrowsAsync<PluginRequestException>(() => Requests.SendMessageAsync("backup", body));

        Assert.Empty(_silo.Outbox.Drafts);
    }

    [Fact]
    public async Task A_message_that_fits_no_stanza_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<PluginRequestException>(
            () => Requests.SendMessageAsync("backup", $$"""{"type":"TASK_STATUS","responseMessage":"{{new string('x', 70_000)}}"}"""));

        Assert.Contains("max_stanza_kib", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_is_run_again_is_answered_though_it_is_not_stored()
    {
        await Requests.ProcessTaskAsync("probe", Task("probe"));
        await _silo.Outbox.WhenAdded();

        var answer = JsonNode.Parse(Assert.Single(_silo.Outbox.Drafts).Body)!;
        Assert.Equal(("TASK_STATUS", 7, "TASK_PROCESSED"), ((string?)answer["type"], (int)answer["taskId"]!, (string?)answer["responseCode"]));
        Assert.Equal([7], _silo.Host.Started);
    }

    [Fact]
    public async Task A_plugin_runs_no_tasks_of_others()
    {
        await Assert.ThrowsAsync<PluginRequestException>(() => Requests.ProcessTaskAsync("probe", Task("script")));
        await Assert.ThrowsAsync<PluginRequestException>(() => Requests.ProcessTaskAsync("probe", []));

        Assert.Empty(_silo.Host.Started);
    }

    [Fact]
    public async Task A_changed_registration_is_the_agents_and_what_was_not_given_stays()
    {
        await _silo.Agent.PrepareRegistration(new RegistrationOrder { User = "admin", UserPassword = "x" });
        await _silo.Agent.MarkRegistered("{}", "cn=old");
        var before = await _silo.Agent.GetIdentity();

        await Requests.RegistrationChangedAsync("ldap", new JsonObject { ["jid"] = "new@im.example", ["password"] = null, ["dn"] = "cn=new", ["registered"] = 1 });

        Assert.Equal(before with { Name = "new", Dn = "cn=new" }, await _silo.Agent.GetIdentity());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_machine_that_leaves_forgets_who_it_was(bool byItsRow)
    {
        await _silo.Agent.PrepareRegistration(new RegistrationOrder { User = "admin", UserPassword = "x", Host = "lider.example" });
        await _silo.Agent.MarkRegistered("{}", "cn=pc");

        await (byItsRow ? Requests.RegistrationChangedAsync("ldap", new JsonObject { ["registered"] = 0 }) : Requests.UnregisterAsync("ldap"));

        Assert.Equal(new AgentIdentity { Host = "lider.example", Departure = Departure.Begun }, await _silo.Agent.GetIdentity());
    }

    [Theory]
    [InlineData(true, "systemctl reboot")]
    [InlineData(false, "systemctl poweroff")]
    public async Task The_machine_goes_down_once_Lider_has_the_answers(bool isReboot, string expected)
    {
        _silo.Outbox.Figures = new OutboxFigures(0, 1, 10, 0);
        await (isReboot ? Requests.RebootAsync("probe") : Requests.ShutdownAsync("probe"));
        _silo.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(_silo.Machine.Ran);

        _silo.Outbox.Figures = new OutboxFigures(0, 0, 0, 0);
        await _silo.AdvanceUntil(_silo.Machine.WhenRan());

        Assert.Equal([expected], _silo.Machine.Ran);
    }

    private static JsonObject Task(string plugin) => new()
    {
        ["id"] = 7,
        ["commandClsId"] = "RUN",
        ["plugin"] = new JsonObject { ["name"] = plugin },
        ["parameterMap"] = new JsonObject(),
    };
}
