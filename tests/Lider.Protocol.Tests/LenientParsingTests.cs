using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class LenientParsingTests
{
    private static readonly TimeZoneInfo Istanbul = TimeZoneInfo.CreateCustomTimeZone("+03", TimeSpan.FromHours(3), null, null);

    [Theory]
    [InlineData("1772700000000", "2026-03-05T08:40:00Z")]
    [InlineData("\"1772700000000\"", "2026-03-05T08:40:00Z")]
    [InlineData("\"05-03-2026 11:40\"", "2026-03-05T08:40:00Z")]
    [InlineData("\"05/03/2026 11:40:07\"", "2026-03-05T08:40:07Z")]
    [InlineData("\" 05/03/2026 11:40:07 \"", "2026-03-05T08:40:07Z")]
    [InlineData("\"05-03-2026 23:59\"", "2026-03-05T20:59:00Z")]
    public void Every_encoding_of_a_date_is_read(string json, string expected)
    {
        var parsed = Update($"\"timestamp\":{json}");

        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), parsed.Timestamp?.ToInstant(Istanbul));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"yesterday\"")]
    [InlineData("\"31-02-2026 10:00\"")]
    [InlineData("\"05-03-2026 25:00\"")]
    [InlineData("9223372036854775807")]
    [InlineData("1e300")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[1772700000000]")]
    public void A_date_that_is_none_is_absent(string json)
    {
        Assert.Null(Update($"\"timestamp\":{json}").Timestamp);
    }

    [Theory]
    [InlineData("31/12/9999 23:59:59")]
    [InlineData("01/01/0001 00:00:00")]
    [InlineData("253402300799999")]
    public void Dates_at_the_ends_of_the_calendar_stay_in_it(string text)
    {
        var date = LiderDate.TryParse(text);

        Assert.NotNull(date);
        Assert.InRange(date.Value.ToInstant(Istanbul).Year, 1, 9999);
        Assert.InRange(date.Value.ToInstant(TimeZoneInfo.CreateCustomTimeZone("-11", TimeSpan.FromHours(-11), null, null)).Year, 1, 9999);
    }

    [Theory]
    [InlineData("4211", 4211)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("2147483648", 2147483648)]
    [InlineData("\"4211\"", 4211)]
    [InlineData("\" 4211 \"", 4211)]
    public void Ids_are_long_and_may_be_text(string json, long expected)
    {
        Assert.Equal(expected, Assert.IsType<UpdateScheduledTaskMessage>(LiderMessage.Parse($$"""{"type":"UPDATE_SCHEDULED_TASK","taskId":{{json}}}""")).TaskId);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("9223372036854775808")]
    [InlineData("1.5")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("true")]
    public void What_is_no_id_is_an_error(string json)
    {
        var error = Assert.IsType<ProtocolError>(LiderMessage.Parse($$"""{"type":"UPDATE_SCHEDULED_TASK","taskId":{{json}}}"""));

        Assert.Equal(ProtocolErrorKind.Invalid, error.Kind);
        Assert.Contains("taskId", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("\"true\"", true)]
    [InlineData("\"FALSE\"", false)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("\"1\"", true)]
    [InlineData("null", null)]
    [InlineData("\"maybe\"", null)]
    [InlineData("[true]", null)]
    public void Booleans_may_be_text_or_numbers(string json, bool? expected)
    {
        var response = Assert.IsType<RegistrationResponseMessage>(
            LiderMessage.Parse($$"""{"type":"REGISTRATION_RESPONSE","status":"REGISTERED","disableLocalUser":{{json}}}"""));

        Assert.Equal(expected, response.DisableLocalUser);
    }

    [Fact]
    public void The_last_of_equal_keys_wins_everywhere()
    {
        var task = Task("""{"id":1,"id":2,"plugin":{"name":"a"},"plugin":{"name":"b"},"commandClsId":"X","commandClsId":"Y","parameterMap":{"k":1,"k":{"n":1,"n":2}}}""");

        Assert.Equal(2, task.TaskId);
        Assert.Equal("b", task.PluginName);
        Assert.Equal("Y", task.CommandClsId);
        Assert.Equal("""{"k":{"n":2}}""", task.ParameterMap.ToJsonString());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("[1,2]")]
    [InlineData("5")]
    public void Parameters_that_are_no_object_are_empty(string json)
    {
        Assert.Empty(Task($$"""{"id":1,"plugin":{"name":"a"},"commandClsId":"X","parameterMap":{{json}}}""").ParameterMap);
    }

    [Fact]
    public void Parameters_keep_the_text_of_numbers()
    {
        var task = Task("""{"id":1,"plugin":{"name":"a"},"commandClsId":"X","parameterMap":{"big":123456789012345678901234567890,"f":2.50,"t":true,"n":null}}""");

        Assert.Equal("""{"big":123456789012345678901234567890,"f":2.50,"t":true,"n":null}""", task.ParameterMap.ToJsonString());
    }

    [Fact]
    public void Halves_of_surrogate_pairs_become_replacement_characters()
    {
        var task = Task("""{"id":1,"plugin":{"name":"a"},"commandClsId":"\udcffX","parameterMap":{"\ud800":"a\\ud800\ud83d\ude00\ud83d","b":"\uD83D\uDE00"}}""");

        Assert.Equal("\ufffdX", task.CommandClsId);
        Assert.Equal("a\\ud800😀\ufffd", (string?)task.ParameterMap["\ufffd"]);
        Assert.Equal("😀", (string?)task.ParameterMap["b"]);
    }

    [Fact]
    public void A_raw_half_of_a_surrogate_pair_becomes_a_replacement_character()
    {
        Assert.Equal("a\ufffdb", Update("\"cronExpression\":\"a\ud800b\"").CronExpression);
    }

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        Assert.Equal("* * * * *", Update("\"x\":{\"taskId\":[1,{}]},\"cronExpression\":\"* * * * *\",\"y\":[[]]").CronExpression);
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("\"*/5 * * * *\"", "*/5 * * * *")]
    [InlineData("\"\"", "")]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    [InlineData("0", "0")]
    public void Only_null_cancels_a_schedule(string json, string? expected)
    {
        Assert.Equal(expected, Update($"\"cronExpression\":{json}").CronExpression);
    }

    [Fact]
    public void An_empty_policy_list_is_a_list()
    {
        var message = Assert.IsType<ExecutePolicyMessage>(LiderMessage.Parse("""{"type":"EXECUTE_POLICY","executePolicyList":[]}"""));

        Assert.False(message.IsFlat);
        Assert.Empty(message.Policies);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"[]\"")]
    public void A_policy_list_that_is_no_list_does_not_pass_for_the_flat_form(string json)
    {
        var error = Assert.IsType<ProtocolError>(LiderMessage.Parse($$"""{"type":"EXECUTE_POLICY","executePolicyList":{{json}}}"""));

        Assert.Equal(ProtocolErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public void Odd_parts_of_a_policy_are_absent_and_the_rest_stays()
    {
        var message = Assert.IsType<ExecutePolicyMessage>(LiderMessage.Parse(
            """{"type":"EXECUTE_POLICY","executePolicyList":[null,5,{"policyID":"12","isDeleted":"1","assignDate":1772700000000,"userPolicyProfiles":[null,{"plugin":[],"profileData":"x","id":3}],"agentPolicyProfiles":{},"userPolicyExpirationDate":"soon","fileServerConf":[]}]}"""));

        var policy = Assert.Single(message.Policies);
        Assert.Equal(12, policy.PolicyId);
        Assert.True(policy.IsDeleted);
        Assert.Equal("1772700000000", policy.AssignDate);
        Assert.Null(policy.Agent.Profiles);
        Assert.Null(policy.FileServer);
        Assert.Equal("soon", policy.User.ExpirationDateText);
        Assert.Null(policy.User.ExpirationDate);
        var profile = Assert.Single(policy.User.Profiles!);
        Assert.Equal(3, profile.Id);
        Assert.Null(profile.Plugin);
        Assert.Null(profile.ProfileData);
    }

    [Theory]
    [InlineData("04/02/2026 08:30:15")]
    [InlineData("  04/02/2026 8:30 ")]
    [InlineData("whatever")]
    public void The_assign_date_is_echoed_as_it_came(string text)
    {
        var body = $$"""{"type":"EXECUTE_POLICY","executePolicyList":[{"policyID":1,"assignDate":{{JsonValue.Create(text)!.ToJsonString()}}}]}""";
        var message = Assert.IsType<ExecutePolicyMessage>(LiderMessage.Parse(body));

        Assert.Equal(text, message.Policies[0].AssignDate);
    }

    [Theory]
    [InlineData("""{"protocol":"SSH","parameterMap":null}""", FileProtocol.Ssh, 22)]
    [InlineData("""{"protocol":"SSH","parameterMap":{"port":0}}""", FileProtocol.Ssh, 22)]
    [InlineData("""{"protocol":"SSH","parameterMap":{"port":"2022"}}""", FileProtocol.Ssh, 2022)]
    [InlineData("""{"protocol":"SSH","parameterMap":{"port":70000}}""", FileProtocol.Ssh, 22)]
    [InlineData("""{"protocol":"FTP","parameterMap":{"host":{}}}""", FileProtocol.Unknown, 22)]
    [InlineData("""{}""", FileProtocol.Unknown, 22)]
    public void A_file_server_may_lack_everything(string json, FileProtocol protocol, int port)
    {
        var script = Assert.IsType<ExecuteScriptMessage>(LiderMessage.Parse($$"""{"type":"EXECUTE_SCRIPT","command":"id","fileServerConf":{{json}}}"""));

        Assert.Equal(new FileServer { Protocol = protocol, Port = port }, script.FileServer);
        Assert.Null(script.FileServer!.Locate("pc-01", "f"));
    }

    [Theory]
    [InlineData("/agent-files/{0}/", "/agent-files/pc-01/f")]
    [InlineData("/agent-files/{0}", "/agent-files/pc-01/f")]
    [InlineData("/{0}/{0}/", "/pc-01/{0}/f")]
    [InlineData("/plain/", "/plain/f")]
    public void The_first_mark_of_a_path_becomes_the_agent(string path, string expected)
    {
        Assert.Equal(expected, new FileServer { Protocol = FileProtocol.Ssh, Path = path }.Locate("PC-01", "f"));
    }

    [Theory]
    [InlineData("REGISTERED", RegistrationStatus.Registered)]
    [InlineData("ALREADY_EXISTS", RegistrationStatus.AlreadyExists)]
    [InlineData("NOT_AUTHORIZED", RegistrationStatus.NotAuthorized)]
    [InlineData("UNREGISTERED", RegistrationStatus.Unregistered)]
    [InlineData("REGISTERED_WITHOUT_LDAP", RegistrationStatus.RegisteredWithoutLdap)]
    [InlineData("REGISTRATION_ERROR", RegistrationStatus.RegistrationError)]
    public void Every_registration_status_is_known(string text, RegistrationStatus status)
    {
        var response = Assert.IsType<RegistrationResponseMessage>(LiderMessage.Parse($$"""{"type":"REGISTRATION_RESPONSE","status":"{{text}}"}"""));

        Assert.Equal(status, response.Status);
    }

    [Theory]
    [InlineData("""{"type":"REGISTRATION_RESPONSE","status":null}""")]
    [InlineData("""{"type":"REGISTRATION_RESPONSE","status":"registered"}""")]
    [InlineData("""{"type":"LOGIN_RESPONSE","userName":null}""")]
    [InlineData("""{"type":"INSTALL_PLUGIN"}""")]
    [InlineData("""{"type":"PLUGIN_NOT_FOUND","pluginName":[]}""")]
    [InlineData("""{"type":"EXECUTE_SCRIPT","command":null}""")]
    public void What_a_message_cannot_do_without_is_an_error(string body)
    {
        Assert.Equal(ProtocolErrorKind.Invalid, Assert.IsType<ProtocolError>(LiderMessage.Parse(body)).Kind);
    }

    private static UpdateScheduledTaskMessage Update(string fields) =>
        Assert.IsType<UpdateScheduledTaskMessage>(LiderMessage.Parse($$"""{"type":"UPDATE_SCHEDULED_TASK","taskId":1,{{fields}}}"""));

    private static ExecuteTaskMessage Task(string task) =>
        Assert.IsType<ExecuteTaskMessage>(LiderMessage.Parse($$"""{"type":"EXECUTE_TASK","task":{{JsonValue.Create(task)!.ToJsonString()}}}"""));
}
