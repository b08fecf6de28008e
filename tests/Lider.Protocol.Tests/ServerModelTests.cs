namespace Ahenk.Lider.Protocol.Tests;

/// <summary>The model itself: a judge that never objects would prove nothing.</summary>
[Trait("Category", "Unit")]
public sealed class ServerModelTests
{
    private const string Fine = """{"type":"TASK_STATUS","taskId":4211,"responseCode":"TASK_PROCESSED","responseData":{"Result":"x"}}""";

    [Fact]
    public void The_sample_is_accepted_by_both_servers()
    {
        Assert.Empty(ServerModel.Objections(Fine, Golden.Api));
        Assert.Empty(ServerModel.Objections(Fine, Golden.Osgi));
    }

    [Theory]
    [InlineData("}}", "},\"hostname\":\"pc\"}")]
    [InlineData("TASK_PROCESSED", "task_processed")]
    [InlineData("TASK_PROCESSED", "")]
    [InlineData("{\"Result\":\"x\"}", "\"text\"")]
    [InlineData("{\"Result\":\"x\"}", "[]")]
    [InlineData("\"Result\"", "\"type\"  :  \"Login\",\"Result\"")]
    [InlineData("4211", "null")]
    [InlineData("{\"Result\":\"x\"}", "{},\"timestamp\":\"2026-03-05T13:30:00\"")]
    [InlineData("{\"Result\":\"x\"}", "{},\"timestamp\":\"05/03/2026 13:30\"")]
    [InlineData("{\"Result\":\"x\"}", "{},\"contentType\":\"TEXT_PLAIN\"")]
    [InlineData(",\"taskId\"", ",\n\"taskId\"")]
    [InlineData("x\"", "x\u2028\"")]
    [InlineData("x\"", "x\u0085\"")]
    public void What_breaks_a_rule_is_objected_to(string part, string replacement)
    {
        var broken = Fine.Replace(part, replacement, StringComparison.Ordinal);

        Assert.NotEqual(Fine, broken);
        Assert.NotEmpty(ServerModel.Objections(broken, Golden.Api));
    }

    [Fact]
    public void The_old_server_takes_unknown_fields()
    {
        var extended = Fine.Replace("}}", "},\"hostname\":\"pc\"}", StringComparison.Ordinal);

        Assert.Empty(ServerModel.Objections(extended, Golden.Osgi));
    }

    [Fact]
    public void Escaped_json_in_a_string_is_not_taken_for_a_type()
    {
        Assert.Equal(["TASK_STATUS"], ServerModel.Listeners(Fine.Replace("x", """{\"type\":\"LOGIN\"}""", StringComparison.Ordinal)));
    }
}
