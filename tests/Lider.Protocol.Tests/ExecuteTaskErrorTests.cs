using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class ExecuteTaskErrorTests
{
    private const string JavaText =
        "TaskImpl [id=4211, plugin=tr.org.lider.entities.PluginImpl@1f2e3d, commandClsId=EXECUTE_SCRIPT, parameterMap={SCRIPT_TYPE=BASH, id=9}]";

    [Fact]
    public void Java_text_gives_back_the_id()
    {
        var error = Error(Body(JavaText));

        Assert.Equal(ProtocolErrorKind.Invalid, error.Kind);
        Assert.Equal(4211, error.TaskId);
        Assert.Contains("Java text", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TaskImpl [id=null, plugin=null, commandClsId=X, parameterMap={id=9}]")]
    [InlineData("TaskImpl [id=99999999999999999999, plugin=null]")]
    [InlineData("TaskImpl [id=9999999999999999999, plugin=null]")]
    [InlineData("echo [id=5]")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[4211]")]
    [InlineData("4211")]
    [InlineData("{\"plugin\":{\"id\":7")]
    [InlineData("{\"plugin\":{\"id\":7}}")]
    [InlineData("{\"id\":\"x\"}")]
    [InlineData("{\"id\":[4211]}")]
    [InlineData("{\"id\":{\"id\":3}}")]
    [InlineData("{\"id\":4211.5}")]
    public void Where_there_is_no_id_none_is_invented(string task)
    {
        var error = Error(Body(task));

        Assert.Equal(ProtocolErrorKind.Invalid, error.Kind);
        Assert.Null(error.TaskId);
    }

    [Theory]
    [InlineData("{\"id\":4211,\"plugin\":{\"name\":\"script\",")]
    [InlineData("{\"deleted\":false,\"id\":4211,\"plugin\":tr.org.lider.entities.PluginImpl@1}")]
    [InlineData("{\"id\":4211}{")]
    public void Broken_json_after_the_id_gives_back_the_id(string task)
    {
        Assert.Equal(4211, Error(Body(task)).TaskId);
    }

    [Fact]
    public void A_task_nested_too_deep_gives_back_the_id()
    {
        var task = "{\"id\":4211,\"parameterMap\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 101);

        Assert.Equal(4211, Error(Body(task)).TaskId);
    }

    [Theory]
    [InlineData("\"plugin\":{\"name\":null},\"commandClsId\":\"X\"", "plugin name")]
    [InlineData("\"plugin\":{\"name\":\" \"},\"commandClsId\":\"X\"", "plugin name")]
    [InlineData("\"plugin\":{},\"commandClsId\":\"X\"", "plugin name")]
    [InlineData("\"plugin\":null,\"commandClsId\":\"X\"", "plugin name")]
    [InlineData("\"plugin\":\"script\",\"commandClsId\":\"X\"", "plugin name")]
    [InlineData("\"commandClsId\":\"X\"", "plugin name")]
    [InlineData("\"plugin\":{\"name\":\"script\"}", "command")]
    [InlineData("\"plugin\":{\"name\":\"script\"},\"commandClsId\":null", "command")]
    [InlineData("\"plugin\":{\"name\":\"script\"},\"commandClsId\":{}", "command")]
    public void A_missing_field_is_named_and_the_id_kept(string fields, string missing)
    {
        var error = Error(Body($$"""{"id":5000000001,{{fields}}}"""));

        Assert.Equal(ProtocolErrorKind.Invalid, error.Kind);
        Assert.Equal(5000000001, error.TaskId);
        Assert.Contains($"has no {missing}", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_without_an_id_cannot_be_answered()
    {
        var error = Error(Body("""{"plugin":{"name":"script"},"commandClsId":"X"}"""));

        Assert.Null(error.TaskId);
        Assert.Contains("'script'", error.Reason, StringComparison.Ordinal);
        Assert.Contains("has no id", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"EXECUTE_TASK","task":null}""")]
    [InlineData("""{"type":"EXECUTE_TASK"}""")]
    public void A_null_task_is_an_error_without_an_id(string body)
    {
        var error = Error(body);

        Assert.Equal(ProtocolErrorKind.Invalid, error.Kind);
        Assert.Null(error.TaskId);
    }

    [Fact]
    public void A_task_that_is_an_object_is_taken_as_one()
    {
        var task = Assert.IsType<ExecuteTaskMessage>(LiderMessage.Parse(
            """{"type":"EXECUTE_TASK","task":{"id":4211,"plugin":{"name":"Script"},"commandClsId":"X","parameterMap":{"a":"\u0131"}}}"""));

        Assert.Equal(4211, task.TaskId);
        Assert.Equal("script", task.PluginName);
        Assert.Equal("Script", task.Plugin.Name);
        Assert.Equal("ı", (string?)task.ParameterMap["a"]);
    }

    [Fact]
    public void The_reason_of_an_error_shows_no_parameters_and_no_control_characters()
    {
        var named = Error(Body("""{"id":1,"plugin":{"name":"a\r\nb\u2028c"},"parameterMap":{"password":"hunter2"}}"""));
        var java = Error(Body("TaskImpl [id=4211, plugin=x, parameterMap={password=hunter2}]"));
        var broken = Error(Body("""{"id":1,"parameterMap":{"password":"hunter2"},"""));

        Assert.All([named, java, broken], error =>
        {
            Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(error.Reason, c => char.IsControl(c) || c == '\u2028');
        });
        Assert.Contains("'a??b?c'", named.Reason, StringComparison.Ordinal);
    }

    private static string Body(string task) => $$"""{"type":"EXECUTE_TASK","task":{{JsonValue.Create(task)!.ToJsonString()}}}""";

    private static ProtocolError Error(string body) => Assert.IsType<ProtocolError>(LiderMessage.Parse(body));
}
