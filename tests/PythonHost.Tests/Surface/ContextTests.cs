using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.10: the context.</summary>
public sealed class ContextTests(ProbeHost probe) : SurfaceTest(probe)
{
    private static JsonObject WithServer => new()
    {
        ["file_server"] = new JsonObject { ["protocol"] = "SSH", ["parameterMap"] = new JsonObject { ["host"] = "10.0.0.1" } },
    };

    [Theory]
    [InlineData("get", "[context.get('task_id') == context.get('taskId'), context.get('taskData')['value'][:8], raises(context.get, 'username')]", "[true,\"[context\",\"KeyError\"]")]
    [InlineData("data", "[type(context.data).__name__, 'username' in context.data, 'protocol' in context.data]", "[\"dict\",false,false]")]
    [InlineData("get_username of a task", "raises(context.get_username)", "\"KeyError\"")]
    [InlineData("mail's defaults", "[context.is_mail_send(), context.get_mail_subject(), context.get_mail_content()]", "[false,\"\",\"\"]")]
    [InlineData("put", "[context.put('k', 1), context.get('k')]", "[null,1]")]
    [InlineData("empty_data", "[context.empty_data(), context.data]", "[null,{}]")]
    [InlineData("scope", "context.scope is self.scope", "true")]
    [InlineData("create_response keeps four values", "[context.create_response('C', 'm', 'd', 't'), [context.get(key) for key in ('responseCode', 'responseMessage', 'responseData', 'contentType')]]", "[null,[\"C\",\"m\",\"d\",\"t\"]]")]
    [InlineData("create_response, the last one counts", "[context.create_response('A'), context.create_response(code='B', message='m'), context.get('responseCode'), context.get('responseData')]", "[null,null,\"B\",null]")]
    [InlineData("fetch_file without a file server", "raises(context.fetch_file, '/remote')", "\"LookupError\"")]
    [InlineData("the task is a deep copy", "[self.task.update(value=1), context.get('taskData')['value'] != 1]", "[null,true]")]
    public Task Table_2_10(string row, string value, string expected) => CheckAsync($"2.10 {row}", value, expected);

    [Theory]
    [InlineData("protocol and parameterMap", "[context.get('protocol'), context.get('parameterMap')]", "[\"SSH\",{\"host\":\"10.0.0.1\"}]")]
    [InlineData("fetch_file", "[context.fetch_file('/r/a', local_path='/tmp/', file_name='b'), context.fetch_file('/r/a')]", "[\"b\",\"given-by-daemon\"]")]
    public async Task Table_2_10_with_a_file_server(string row, string value, string expected)
    {
        Host.Answer = (method, parameters) => new JsonObject { ["file_name"] = parameters["file_name"]?.DeepClone() ?? "given-by-daemon" };
        await CheckAsync($"2.10 {row}", value, expected, call: WithServer);
    }
}
