using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class SecretTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("""{"type":"EXECUTE_TASK","task":"{\"id\":1,\"plugin\":{\"name\":\"p\"},\"commandClsId\":\"X\",\"parameterMap\":{\"password\":\"hunter2\"}}","fileServerConf":{"protocol":"SSH","parameterMap":{"host":"h","username":"u","password":"hunter2"}}}""")]
    [InlineData("""{"type":"EXECUTE_TASK","fileServerConf":{"protocol":"HTTP","parameterMap":{"url":"http://u:hunter2@h/"}},"task":{"id":1,"plugin":{"name":"p"},"commandClsId":"X"}}""")]
    [InlineData("""{"type":"EXECUTE_SCRIPT","command":"echo hunter2","fileServerConf":{"protocol":"SSH","parameterMap":{"password":"hunter2"}}}""")]
    [InlineData("""{"type":"EXECUTE_POLICY","userPolicyProfiles":[{"profileData":{"password":"hunter2"}}],"fileServerConf":{"protocol":"SSH","parameterMap":{"password":"hunter2"}}}""")]
    [InlineData("""{"type":"REGISTRATION_RESPONSE","status":"REGISTERED","adAdminPassword":"hunter2"}""")]
    [InlineData("""{"type":"LOGIN_RESPONSE","userName":"u","parameterMap":{"password":"hunter2"}}""")]
    [InlineData("""{"type":"INSTALL_PLUGIN","pluginName":"p","protocol":"SSH","parameterMap":{"password":"hunter2"}}""")]
    [InlineData("""{"type":"RESPONSE_AGREEMENT","protocol":"SSH","parameterMap":{"password":"hunter2"}}""")]
    [InlineData("""{"type":"EXECUTE_TASK","task":"{\"id\":1,\"plugin\":{},\"parameterMap\":{\"password\":\"hunter2\"}}"}""")]
    [InlineData("""{"type":"EXECUTE_TASK","task":{"password":"hunter2"},""")]
    public void Nothing_that_came_in_shows_a_secret(string body)
    {
        var parsed = LiderMessage.Parse(body);

        Assert.DoesNotContain(Secret, parsed.ToString(), StringComparison.Ordinal);
        Assert.All(Parts(parsed), part => Assert.DoesNotContain(Secret, part?.ToString() ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_parts_of_a_message_that_were_looked_at_hold_the_secret()
    {
        var task = Assert.IsType<ExecuteTaskMessage>(LiderMessage.Parse(
            """{"type":"EXECUTE_TASK","task":{"id":1,"plugin":{"name":"p"},"commandClsId":"X"},"fileServerConf":{"protocol":"SSH","parameterMap":{"password":"hunter2"}}}"""));

        Assert.Equal(Secret, task.FileServer?.Password);
        Assert.Equal("EXECUTE_TASK 1 'p' 'X'", task.ToString());
    }

    [Fact]
    public void Nothing_that_goes_out_shows_a_secret()
    {
        var now = DateTimeOffset.UnixEpoch;
        var data = new JsonObject { ["password"] = Secret };
        AgentMessage[] messages =
        [
            ((RegisterMessage)GoldenOutboundTests.Messages[0]) with { Password = Secret, UserPassword = Secret, Data = data },
            ((UnregisterMessage)GoldenOutboundTests.Messages[1]) with { Password = Secret, UserPassword = Secret },
            new TaskStatusMessage { TaskId = 1, ResponseCode = TaskStatusCode.Error, ResponseMessage = Secret, ResponseData = data, Timestamp = now },
            new PolicyStatusMessage { CommandExecutionId = 1, ResponseCode = PolicyStatusCode.Error, ResponseMessage = Secret, ResponseData = data, Timestamp = now },
            new ScriptResultMessage { ErrorMessage = Secret, Timestamp = now },
        ];

        Assert.All(messages, message =>
        {
            Assert.Contains(Secret, message.ToBody(), StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, message.ToString(), StringComparison.Ordinal);
            Assert.StartsWith(message.Type, message.ToString(), StringComparison.Ordinal);
        });
    }

    private static IEnumerable<object?> Parts(LiderInbound message) => message switch
    {
        ExecuteTaskMessage task => [task.FileServer, task.Plugin],
        ExecuteScriptMessage script => [script.FileServer],
        InstallPluginMessage install => [install.Source],
        ResponseAgreementMessage agreement => [agreement.Source],
        ExecutePolicyMessage policies =>
            policies.Policies.SelectMany(policy => new object?[] { policy, policy.User, policy.Agent, policy.FileServer }.Concat(policy.User.Profiles!)),
        _ => [],
    };
}
