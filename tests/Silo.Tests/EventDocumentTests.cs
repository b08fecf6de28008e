using System.Reflection;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Tests;

/// <summary>docs/events.md is what others program against: names and fields in the code must be those in its table.</summary>
[Trait("Category", "Unit")]
public sealed class EventDocumentTests
{
    private static readonly AgentEvent[] All =
    [
        new TaskAccepted(1, "script", "RUN", null),
        new TaskFinished(1, null, null, "TASK_PROCESSED"),
        new PolicyApplied(1, "1", "usb", null, "processed"),
        new UserLoggedIn("ayse", new UserLogin()),
        new UserLoggedOut("ayse"),
        new AgentConnected(null, null),
        new AgentDisconnected(null, null),
        new AgentRegistered("pc", null),
        new AgentUnregistered("pc"),
        new AgentStopping(),
        new PluginLoaded("script", null, "dotnet"),
        new PluginFailed("script", "broken"),
        new ConfigReloaded([], []),
        new EventsLost(1),
        new PluginRaised("PLUGIN", "NAME", "{}"),
    ];

    [Fact]
    public void Its_table_has_every_event_with_every_field()
    {
        var folder = typeof(EventDocumentTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Documents").Value!;
        var rows = File.ReadAllLines(Path.Combine(folder, "events.md")).SkipWhile(line => !line.StartsWith("| name |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => string.Join('|', line.Split('|')[1..3].Select(cell => cell.Trim())));

        Assert.Equal(All.Select(Row), rows);
    }

    [Fact]
    public void The_list_of_this_test_is_complete()
    {
        var kinds = typeof(AgentEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(AgentEvent))).Select(type => type.Name).Order();

        Assert.Equal(kinds, All.Select(happened => happened.GetType().Name).Order());
    }

    [Fact]
    public void Every_event_has_its_name_and_time_first_and_no_field_of_those_names()
    {
        foreach (var happened in All)
        {
            var json = new RaisedEvent(DateTimeOffset.UnixEpoch, happened).ToJson();

            Assert.Equal(["name", "time"], json.Take(2).Select(field => field.Key));
            Assert.True(happened.User is null || happened.User == (string?)json["user"], $"{happened.Name} tells no user.");
        }
    }

    private static string Row(AgentEvent happened) =>
        $"`{happened.Name}`|{(happened.Fields.Count == 0 ? "–" : string.Join(", ", happened.Fields.Select(field => $"`{field.Key}`")))}";
}
