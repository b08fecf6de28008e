using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.Tests;

[Trait("Category", "Unit")]
public sealed class BodyExaminationTests
{
    private const string Answer = """{"type":"TASK_STATUS","taskId":4211,"responseCode":"TASK_PROCESSED","responseMessage":"done","responseData":{"Result":"uid=0"},"contentType":"APPLICATION_JSON","timestamp":"05-03-2026 11:40"}""";
    private const string Registration = """{"type":"REGISTER","from":"pc-01","password":"p","hostname":"pc-01","ipAddresses":"10.0.1.7","macAddresses":"aa:bb:cc:00:11:22","userName":"u","userPassword":"p","data":{"os.name":"Linux","hardware.memory.total":7870,"hardware.disk.total":"476940"},"timestamp":"05-03-2026 11:40"}""";
    private const string Login = """{"type":"LOGIN","username":"ayse","hostname":"pc-01","ipAddresses":"10.0.1.7","userIp":null,"osVersion":"23.2","agentVersion":"3.0.0","diskTotal":476940,"memory":7870,"hardwareDiskSsdInfo":"[]","hardwareDiskHddInfo":"[]"}""";

    [Theory]
    [InlineData(Answer)]
    [InlineData(Registration)]
    [InlineData(Login)]
    [InlineData("""{"type":"UNREGISTER","from":"pc-01","password":"p","userName":"u","userPassword":"p","ipAddresses":"10.0.1.7"}""")]
    [InlineData("""{"type":"GET_POLICIES","username":"ayse","policyList":{"12":["12-3","01/03/2026 09:15:22"]},"userPolicyVersion":null,"timestamp":1772700000000}""")]
    [InlineData("""{"type":"GET_POLICIES","username":"ayse","policyList":{}}""")]
    [InlineData("""{"type":"GET_POLICIES","username":"ayse","policyList":null}""")]
    [InlineData("""{"type":"LOGOUT","username":"ayse","userIp":null}""")]
    [InlineData("""{"type":"POLICY_STATUS","policyVersion":"12-3","commandExecutionId":901,"responseCode":"POLICY_PROCESSED","responseMessage":"applied","responseData":null}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":9223372036854775807,"responseCode":"TASK_ERROR"}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":"4211","responseCode":"TASK_ERROR","responseData":null,"timestamp":null}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR","timestamp":""}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR","timestamp":"05-03-2026 11:40:33"}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR","responseMessage":7}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_PROCESSED","responseData":{"md5":"9e107d9d372bb6826bd81d3542a419d6"},"contentType":"IMAGE_JPEG"}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR","responseMessage":"{\"type\":\"LOGIN\"}"}""")]
    public void Messages_the_server_understands_have_no_findings(string body)
    {
        var message = BodyExamination.Examine(body);

        Assert.Empty(message.Findings);
        Assert.True(message.IsAccepted);
    }

    [Theory]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"progress\":1", "progress is no field")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"taskID\":1", "taskID is no field")]
    [InlineData("\"responseCode\":\"TASK_ERROR\"", "taskId is missing")]
    [InlineData("\"taskId\":null,\"responseCode\":\"TASK_ERROR\"", "taskId is missing")]
    [InlineData("\"taskId\":\"\",\"responseCode\":\"TASK_ERROR\"", "taskId is not a whole number")]
    [InlineData("\"taskId\":12.5,\"responseCode\":\"TASK_ERROR\"", "taskId is not a whole number")]
    [InlineData("\"taskId\":9223372036854775808,\"responseCode\":\"TASK_ERROR\"", "taskId is not a whole number")]
    [InlineData("\"taskId\":[1],\"responseCode\":\"TASK_ERROR\"", "taskId is not a whole number")]
    [InlineData("\"taskId\":1", "responseCode is missing")]
    [InlineData("\"taskId\":1,\"responseCode\":null", "responseCode is missing")]
    [InlineData("\"taskId\":1,\"responseCode\":\"\"", "no constant")]
    [InlineData("\"taskId\":1,\"responseCode\":\"task_processed\"", "no constant")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_DONE\"", "no constant")]
    [InlineData("\"taskId\":1,\"responseCode\":99", "no constant")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"contentType\":\"application/json\"", "no constant")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"contentType\":\"\"", "no constant")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseData\":\"{}\"", "responseData is neither")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseData\":\"\"", "responseData is neither")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseData\":[]", "responseData is neither")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseMessage\":{}", "responseMessage is not a string")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseMessage\":[\"x\"]", "responseMessage is not a string")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":\"2026-03-05T11:40:00Z\"", "is not dd-MM-yyyy")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":\"05/03/2026 11:40\"", "is not dd-MM-yyyy")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":\"1772700000000\"", "is not dd-MM-yyyy")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":1772700000.5", "no whole one")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":true", "neither number nor string")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_PROCESSED\",\"contentType\":\"TEXT_PLAIN\",\"responseData\":{\"Result\":\"x\"}", "needs responseData.md5")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_PROCESSED\",\"contentType\":\"IMAGE_PNG\"", "needs responseData.md5")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_PROCESSED\",\"contentType\":\"IMAGE_PNG\",\"responseData\":{\"md5\":\"9E107D9D372BB6826BD81D3542A419D6\"}", "lower-case hex")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_PROCESSED\",\"responseData\":{\"mail_send\":\"true\"}", "mail_send is no boolean")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseMessage\":\"\\ud800\"", "not Unicode")]
    public void Task_status_the_server_drops_is_dropped(string fields, string reason)
    {
        var message = BodyExamination.Examine("{\"type\":\"TASK_STATUS\"," + fields + "}");

        Assert.Contains(message.Findings, finding => finding.IsDropped && finding.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.False(message.IsAccepted);
    }

    [Theory]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":\"2026-03-05 13:30\"", "another date")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"timestamp\":\"35-03-2026 13:30\"", "another date")]
    [InlineData("\"taskId\":1,\"responseCode\":4", "ordinal")]
    [InlineData("\"taskId\":1,\"responseCode\":\"POLICY_ERROR\"", "belongs to another message")]
    [InlineData("\"taskId\":1,\"taskId\":1,\"responseCode\":\"TASK_ERROR\"", "occurs twice")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseData\":{\"type\":\"LOGIN\"}", "also feeds the user session listener")]
    [InlineData("\"taskId\":1,\"responseCode\":\"TASK_ERROR\",\"responseData\":{\"a\":{\"TYPE\" : \"register\"}}", "also feeds the registration listener")]
    public void What_the_server_reads_otherwise_than_meant_is_blamed_but_accepted(string fields, string reason)
    {
        var message = BodyExamination.Examine("{\"type\":\"TASK_STATUS\"," + fields + "}");

        Assert.Contains(message.Findings, finding => !finding.IsDropped && finding.Reason.Contains(reason, StringComparison.Ordinal));
        Assert.True(message.IsAccepted);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\u0085")]
    [InlineData("\u2028")]
    [InlineData("\u2029")]
    public void A_line_terminator_hides_a_body_from_its_listener(string terminator)
    {
        Assert.False(BodyExamination.Examine(Answer + terminator).IsAccepted);
        Assert.False(BodyExamination.Examine(terminator + Answer).IsAccepted);
        Assert.False(BodyExamination.Examine(Answer.Replace("done", "do" + terminator + "ne", StringComparison.Ordinal)).IsAccepted);
    }

    [Fact]
    public void A_newline_beside_the_colon_of_the_type_is_harmless()
    {
        var message = BodyExamination.Examine(Answer.Replace("\"type\":", "\"type\" \n:\n ", StringComparison.Ordinal));

        Assert.Empty(message.Findings);
        Assert.True(message.IsAccepted);
    }

    [Theory]
    [InlineData("test")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"TASK_STATUS\"")]
    [InlineData("{'type':'TASK_STATUS'}")]
    [InlineData("""{"type":"HEARTBEAT"}""")]
    [InlineData("""{"type":"task_status","taskId":1,"responseCode":"TASK_ERROR"}""")]
    [InlineData("""{"type":3,"taskId":1,"responseCode":"TASK_ERROR"}""")]
    [InlineData("""{"ty\u0070e":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR"}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR","x":NaN}""")]
    [InlineData("""{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR" """)]
    [InlineData("""x{"type":"TASK_STATUS","taskId":1,"responseCode":"TASK_ERROR"}""")]
    public void What_reaches_no_listener_is_a_violation(string body)
    {
        var message = BodyExamination.Examine(body);

        Assert.Contains(message.Findings, finding => finding.IsDropped);
        Assert.False(message.IsAccepted);
    }

    [Fact]
    public void Text_after_the_object_is_blamed_but_accepted()
    {
        var message = BodyExamination.Examine(Answer + " {}");

        Assert.Equal("text after the JSON object (LP 3.1)", Assert.Single(message.Findings).Reason);
        Assert.True(message.IsAccepted);
    }

    [Theory]
    [InlineData("REGISTER_LDAP")]
    [InlineData("MISSING_PLUGIN")]
    [InlineData("REQUEST_AGREEMENT")]
    [InlineData("AGREEMENT_STATUS")]
    [InlineData("SCRIPT_RESULT")]
    public void Types_without_a_listener_are_ignored_without_blame(string type)
    {
        var message = BodyExamination.Examine($$"""{"type":"{{type}}"}""");

        Assert.Empty(message.Findings);
        Assert.False(message.IsAccepted);
    }

    [Theory]
    [InlineData("from")]
    [InlineData("password")]
    [InlineData("userName")]
    [InlineData("userPassword")]
    [InlineData("hostname")]
    [InlineData("ipAddresses")]
    [InlineData("macAddresses")]
    public void Register_needs_each_of_its_fields(string name)
    {
        var message = BodyExamination.Examine(Registration.Replace($"\"{name}\":", $"\"{name}X\":", StringComparison.Ordinal));

        Assert.Equal($"{name} is missing or null (LP 3.2)", Assert.Single(message.Findings).Reason);
        Assert.False(message.IsAccepted);
    }

    [Theory]
    [InlineData("7870", "\"n/a\"", true)]
    [InlineData("7870", "7870.5", true)]
    [InlineData("7870", "2147483648", true)]
    [InlineData("\"476940\"", "\"476940 MB\"", true)]
    [InlineData("\"476940\"", "null", false)]
    [InlineData("\"Linux\"", "{\"a\":1}", true)]
    [InlineData("\"Linux\"", "[1]", true)]
    public void Register_stores_whole_numbers_and_no_structures(string value, string other, bool isBlamed)
    {
        var message = BodyExamination.Examine(Registration.Replace(value, other, StringComparison.Ordinal));

        Assert.Equal(isBlamed ? 1 : 0, message.Findings.Count);
        Assert.True(message.IsAccepted);
    }

    [Theory]
    [InlineData("PC-01")]
    [InlineData("pc_01")]
    [InlineData("pc*")]
    [InlineData("")]
    public void Names_that_endanger_the_directory_are_blamed(string name) =>
        Assert.Contains(
            BodyExamination.Examine(Registration.Replace("\"from\":\"pc-01\"", $"\"from\":\"{name}\"", StringComparison.Ordinal)).Findings,
            finding => finding.Reason.Contains("LP 1.4", StringComparison.Ordinal));

    [Theory]
    [InlineData("\"ipAddresses\":\"10.0.1.7\"", "\"ipAddresses\":null")]
    [InlineData("\"agentVersion\":\"3.0.0\"", "\"agentVersion\":null")]
    [InlineData("\"memory\":7870", "\"memory\":2147483648")]
    [InlineData("\"memory\":7870", "\"memory\":\"12.5\"")]
    [InlineData("\"memory\":7870", "\"memory\":{}")]
    public void Login_the_server_fails_on_is_dropped(string value, string other) =>
        Assert.False(BodyExamination.Examine(Login.Replace(value, other, StringComparison.Ordinal)).IsAccepted);

    [Theory]
    [InlineData("7870.9")]
    [InlineData("null")]
    [InlineData("\"7870\"")]
    public void Ints_are_coerced_as_jackson_does(string value) =>
        Assert.Empty(BodyExamination.Examine(Login.Replace(":7870", ":" + value, StringComparison.Ordinal)).Findings);

    [Theory]
    [InlineData("\"x\":[\"1-1\",\"01/03/2026 09:15:22\"]")]
    [InlineData("\"12\":\"12-3\"")]
    [InlineData("\"12\":[\"12-3\"]")]
    [InlineData("\"12\":[\"12-3\",null]")]
    [InlineData("\"12\":[null,\"01/03/2026 09:15:22\"]")]
    [InlineData("\"12\":[\"12-3\",\"01-03-2026 09:15\"]")]
    [InlineData("\"12\":[\"12-3\",1772700000000]")]
    public void Policy_lists_the_server_fails_on_are_dropped(string entry) =>
        Assert.False(BodyExamination.Examine("{\"type\":\"GET_POLICIES\",\"username\":\"a\",\"policyList\":{" + entry + "}}").IsAccepted);

    [Fact]
    public void Policy_status_needs_its_execution_id() =>
        Assert.False(BodyExamination.Examine("""{"type":"POLICY_STATUS","responseCode":"POLICY_PROCESSED"}""").IsAccepted);
}
