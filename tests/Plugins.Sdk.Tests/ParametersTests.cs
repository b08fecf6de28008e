using System.Text.Json.Nodes;

namespace Ahenk.Plugins.Sdk.Tests;

[Trait("Category", "Unit")]
public sealed class ParametersTests
{
    private static readonly PluginParameters Absent = new([]);

    [Theory]
    [InlineData("\"text\"", "text")]
    [InlineData("\"\"", "")]
    [InlineData("\" text \"", " text ")]
    [InlineData("5", "5")]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "true")]
    [InlineData("[1, \"a\"]", "[1,\"a\"]")]
    [InlineData("{\"a\":null}", "{\"a\":null}")]
    [InlineData("null", null)]
    public void Any_value_is_a_text(string json, string? expected) => Assert.Equal(expected, Of(json).GetString("key"));

    [Theory]
    [InlineData("5", 5L)]
    [InlineData("-5", -5L)]
    [InlineData("\"5\"", 5L)]
    [InlineData("\" 05 \"", 5L)]
    [InlineData("\"+5\"", 5L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", null)]
    [InlineData("5.0", null)]
    [InlineData("\"5 MB\"", null)]
    [InlineData("\"1,000\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("true", null)]
    [InlineData("[5]", null)]
    [InlineData("null", null)]
    public void A_whole_number_is_a_number_or_digits(string json, long? expected) => Assert.Equal(expected, Of(json).GetInteger("key"));

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"TRUE\"", true)]
    [InlineData("1", true)]
    [InlineData("\"1\"", true)]
    [InlineData("\"yes\"", true)]
    [InlineData("\"Evet\"", true)]
    [InlineData("\" evet \"", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("\"No\"", false)]
    [InlineData("\"hayır\"", false)]
    [InlineData("\"Hayir\"", false)]
    [InlineData("2", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"on\"", null)]
    [InlineData("[true]", null)]
    [InlineData("null", null)]
    public void Truth_has_many_spellings(string json, bool? expected) => Assert.Equal(expected, Of(json).GetBoolean("key"));

    [Theory]
    [InlineData("[\"a\", \" b \", 3, true]", "a; b ;3;true")]
    [InlineData("[null, \"a\", {\"b\":1}]", "a;{\"b\":1}")]
    [InlineData("\"a, b,,c \"", "a;b;c")]
    [InlineData("\"one\"", "one")]
    [InlineData("7", "7")]
    [InlineData("\"\"", "")]
    [InlineData("[]", "")]
    [InlineData("null", "")]
    public void A_list_is_an_array_or_a_text_with_commas(string json, string expected) =>
        Assert.Equal(expected, string.Join(';', Of(json).GetStrings("key")));

    [Theory]
    [InlineData("[{\"a\":1}, null, 5, {\"a\":\"2\"}]", "1;2")]
    [InlineData("{\"a\":1}", "1")]
    [InlineData("[]", "")]
    [InlineData("\"text\"", "")]
    [InlineData("null", "")]
    public void A_list_of_objects_is_an_array_or_one_alone(string json, string expected) =>
        Assert.Equal(expected, string.Join(';', Of(json).GetObjects("key").Select(item => item.GetInteger("a"))));

    [Fact]
    public void What_is_absent_is_nothing()
    {
        Assert.Null(Absent.GetString("key"));
        Assert.Null(Absent.GetInteger("key"));
        Assert.Null(Absent.GetBoolean("key"));
        Assert.Empty(Absent.GetStrings("key"));
        Assert.Empty(Absent.GetObjects("key"));
        Assert.Null(Of("1").GetString("KEY"));
    }

    [Fact]
    public void What_is_required_and_there_is_given()
    {
        Assert.Equal("5", Of("5").RequireString("key"));
        Assert.Equal(5, Of("\"5\"").RequireInteger("key"));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData(null)]
    public void A_required_text_that_is_not_there_is_named(string? json)
    {
        var flaw = Assert.Throws<PluginInputException>(() => (json is null ? Absent : Of(json)).RequireString("key"));

        Assert.Contains("'key'", flaw.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"five\"")]
    [InlineData("null")]
    [InlineData(null)]
    public void A_required_number_that_is_not_there_is_named(string? json)
    {
        var flaw = Assert.Throws<PluginInputException>(() => (json is null ? Absent : Of(json)).RequireInteger("key"));

        Assert.Contains("'key'", flaw.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_code_has_put_together_are_read_like_those_of_a_message()
    {
        var parameters = new PluginParameters(new JsonObject { ["number"] = 5, ["truth"] = true, ["text"] = "a", ["list"] = new JsonArray("a", 1) });

        Assert.Equal((5, true, "a"), (parameters.GetInteger("number"), parameters.GetBoolean("truth"), parameters.GetString("text")));
        Assert.Equal(["a", "1"], parameters.GetStrings("list"));
    }

    private static PluginParameters Of(string json) => new(new JsonObject { ["key"] = JsonNode.Parse(json) });
}
