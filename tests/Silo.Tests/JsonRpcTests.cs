using System.Text.Json.Nodes;
using Ahenk.Silo.Control;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class JsonRpcTests
{
    [Fact]
    public void A_request_is_read()
    {
        var request = JsonRpc.Read("""{"jsonrpc":"2.0","method":"register","params":{"user":"admin"},"id":7}""", out var problem)!;

        Assert.Null(problem);
        Assert.Equal(("register", "admin", 7), (request.Method, request.Text("user"), (int)request.Id!));
    }

    [Theory]
    [InlineData("""{"method":"status"}""")]
    [InlineData("""{"method":"status","params":null}""")]
    [InlineData("""{"method":"status","params":[1]}""")]
    public void Parameters_can_be_absent(string line) => Assert.Empty(JsonRpc.Read(line, out _)!.Params);

    [Theory]
    [InlineData("", JsonRpc.ParseError)]
    [InlineData("{", JsonRpc.ParseError)]
    [InlineData("GET / HTTP/1.1", JsonRpc.ParseError)]
    [InlineData("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", JsonRpc.ParseError)]
    [InlineData("null", JsonRpc.InvalidRequest)]
    [InlineData("[]", JsonRpc.InvalidRequest)]
    [InlineData("7", JsonRpc.InvalidRequest)]
    [InlineData("{}", JsonRpc.InvalidRequest)]
    [InlineData("""{"method":7}""", JsonRpc.InvalidRequest)]
    [InlineData("""{"method":"a","method":"b"}""", JsonRpc.InvalidRequest)]
    [InlineData("""{"method":"\ud800"}""", JsonRpc.InvalidRequest)]
    [InlineData("""{"\ud800":1,"method":"status"}""", JsonRpc.InvalidRequest)]
    [InlineData("""{"method":"status","params":{"user":"a","user":"b"}}""", JsonRpc.InvalidRequest)]
    [InlineData("""{"method":"status","params":{"list":[{"text":"\udc00"}]}}""", JsonRpc.InvalidRequest)]
    [InlineData("""{"method":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""", JsonRpc.InvalidRequest)]
    public void What_is_not_a_request_is_answered_with_an_error(string line, int code)
    {
        Assert.Null(JsonRpc.Read(line, out var problem));

        Assert.Equal(code, (int)JsonNode.Parse(problem!)!["error"]!["code"]!);
        Assert.DoesNotContain('\n', problem!);
    }

    [Theory]
    [InlineData("""{"method":"register","params":{}}""")]
    [InlineData("""{"method":"register","params":{"user":null}}""")]
    [InlineData("""{"method":"register","params":{"user":7}}""")]
    public void A_text_that_is_missing_is_refused(string line) =>
        Assert.Equal(JsonRpc.InvalidParams, Assert.Throws<ControlException>(() => JsonRpc.Read(line, out _)!.Text("user")).Code);

    [Theory]
    [InlineData("7")]
    [InlineData("\"seven\"")]
    [InlineData("null")]
    public void An_answer_is_one_line_with_the_id_of_its_request(string id)
    {
        var request = JsonRpc.Read($$"""{"method":"status","id":{{id}}}""", out _)!;

        var answer = JsonRpc.Result(request.Id, new JsonObject { ["text"] = "two\nlines" });

        Assert.DoesNotContain('\n', answer);
        Assert.Equal(id, JsonNode.Parse(answer)!["id"]?.ToJsonString() ?? "null");
    }
}
