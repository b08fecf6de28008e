using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class LiderMessagesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 8, 40, 7, TimeSpan.Zero);
    private static readonly TimeZoneInfo ServerZone = TimeZoneInfo.CreateCustomTimeZone("server", TimeSpan.FromHours(3), "server", "server");
    private static readonly TaskOrder Order = new(
        8_589_934_593, "script", "EXECUTE_SCRIPT",
        new JsonObject { ["SCRIPT_TYPE"] = 0, ["SCRIPT_CONTENTS"] = "echo \"ğ😀\"\n\u0001\u2028", ["SCRIPT_PARAMS"] = null });

    [Fact]
    public void Execute_task_of_the_current_server_is_as_specified() => Assert.Equal(
        """{"type":"EXECUTE_TASK","timestamp":"05-03-2026 11:40","fileServerConf":null,"task":"{\"id\":8589934593,\"plugin\":{\"id\":7,\"name\":\"script\",\"version\":\"1.0.0\",\"description\":null,\"active\":true,\"deleted\":false,\"machineOriented\":true,\"userOriented\":true,\"policyPlugin\":true,\"taskPlugin\":true,\"usesFileTransfer\":false,\"xBased\":false,\"createDate\":\"05/03/2026 08:40:07\",\"modifyDate\":null},\"commandClsId\":\"EXECUTE_SCRIPT\",\"parameterMap\":{\"SCRIPT_TYPE\":0,\"SCRIPT_CONTENTS\":\"echo \\\"ğ😀\\\"\\n\\u0001"""
        + "\u2028" +
        """\",\"SCRIPT_PARAMS\":null},\"deleted\":false,\"cronExpression\":null,\"createDate\":\"05/03/2026 11:40:07\",\"modifyDate\":null,\"mailSend\":false,\"taskParts\":false}"}""",
        LiderMessages.ExecuteTask(Order, LiderEdition.Current, Now, ServerZone));

    [Fact]
    public void Execute_task_of_the_old_server_has_milliseconds_and_no_task_parts()
    {
        var outer = JsonNode.Parse(LiderMessages.ExecuteTask(Order with { Cron = "*/5 * * * *" }, LiderEdition.Old, Now, ServerZone))!;
        var task = JsonNode.Parse((string)outer["task"]!)!.AsObject();

        Assert.Equal("05-03-2026 11:40", (string?)outer["timestamp"]);
        Assert.Equal(1772700007000, (long?)task["createDate"]);
        Assert.Equal(1772700007000, (long?)task["plugin"]!["createDate"]);
        Assert.Equal("*/5 * * * *", (string?)task["cronExpression"]);
        Assert.False(task.ContainsKey("taskParts"));
        Assert.True(task.ContainsKey("modifyDate"));
    }

    [Fact]
    public void A_file_server_marks_the_plugin_as_transferring_files()
    {
        var order = Order with { FileServer = new JsonObject { ["protocol"] = "SSH", ["parameterMap"] = new JsonObject { ["host"] = "h" } } };

        var outer = JsonNode.Parse(LiderMessages.ExecuteTask(order, LiderEdition.Current, Now, ServerZone))!;

        Assert.Equal("h", (string?)outer["fileServerConf"]!["parameterMap"]!["host"]);
        Assert.True((bool?)JsonNode.Parse((string)outer["task"]!)!["plugin"]!["usesFileTransfer"]);
    }

    [Fact]
    public void A_task_part_is_java_text()
    {
        var order = new TaskOrder(4211, "script", "EXECUTE_SCRIPT", new JsonObject { ["SCRIPT_TYPE"] = "BASH", ["A"] = 1 });

        Assert.Equal(
            """{"type":"EXECUTE_TASK","timestamp":"05-03-2026 11:40","fileServerConf":null,"task":"TaskImpl [id=4211, plugin=tr.org.lider.entities.PluginImpl@1f2e3d, commandClsId=EXECUTE_SCRIPT, parameterMap={SCRIPT_TYPE=BASH, A=1}]"}""",
            LiderMessages.ExecuteTaskPart(order, Now, ServerZone));
    }

    [Theory]
    [InlineData(LiderEdition.Current, """{"type":"UPDATE_SCHEDULED_TASK","recipient":"pc-01","taskId":4211,"cronExpression":null,"timestamp":null}""")]
    [InlineData(LiderEdition.Old, """{"type":"UPDATE_SCHEDULED_TASK","recipient":"pc-01","taskId":4211,"cronExpression":null,"timestamp":"05-03-2026 11:40"}""")]
    public void A_cancellation_writes_its_nulls(LiderEdition edition, string expected) =>
        Assert.Equal(expected, LiderMessages.UpdateScheduledTask("pc-01", 4211, null, edition, Now, ServerZone));

    [Fact]
    public void A_refusal_carries_nulls_only()
    {
        var response = JsonNode.Parse(LiderMessages.RegistrationResponse("NOT_AUTHORIZED", "User Not Found", null, LiderEdition.Current, Now))!.AsObject();

        var given = response.Where(pair => pair.Value is not null).Select(pair => pair.Key);
        Assert.Equal(["type", "status", "message", "timestamp"], given);
        Assert.Equal(16, response.Count);
        Assert.Equal(1772700007000, (long?)response["timestamp"]);
    }

    [Fact]
    public void The_old_server_names_no_directory()
    {
        var current = LiderMessages.RegistrationResponse("REGISTERED", "ok", "cn=a", LiderEdition.Current, Now);
        var old = LiderMessages.RegistrationResponse("REGISTERED", "ok", "cn=a", LiderEdition.Old, Now);

        Assert.Contains("\"directoryServer\":\"LDAP\"", current, StringComparison.Ordinal);
        Assert.DoesNotContain("directoryServer", old, StringComparison.Ordinal);
    }
}
