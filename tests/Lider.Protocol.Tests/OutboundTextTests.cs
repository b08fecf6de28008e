using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using FsCheck.Fluent;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class OutboundTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 7, 0, TimeSpan.FromHours(3));

    [Fact]
    public void Code_points_survive_on_one_line_of_legal_xml()
    {
        foreach (var text in AllCodePoints())
        {
            var body = Status(new JsonObject { ["Result"] = text, [text] = 1 }, text).ToBody();

            foreach (var rune in body.EnumerateRunes())
            {
                var isFine = !Rune.IsControl(rune) && rune.Value is not (0x2028 or 0x2029) && (rune.Value > 0xffff || XmlConvert.IsXmlChar((char)rune.Value));
                if (!isFine)
                {
                    Assert.Fail($"U+{rune.Value:X4} is in the body");
                }
            }

            using var parsed = JsonDocument.Parse(body);
            Assert.Equal(text, parsed.RootElement.GetProperty("responseMessage").GetString());
            Assert.Equal(text, parsed.RootElement.GetProperty("responseData").GetProperty("Result").GetString());
            Assert.Equal(1, parsed.RootElement.GetProperty("responseData").GetProperty(text).GetInt32());
        }
    }

    [Theory]
    [InlineData("Türkçe: ığüşöçİĞÜŞÖÇ âîû €")]
    [InlineData("Ελληνικά, русский, العربية, 日本語")]
    public void Letters_stay_as_they_are(string text)
    {
        Assert.Contains($"\"responseMessage\":\"{text}\"", Status(null, text).ToBody(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u0085", "\\u0085")]
    [InlineData("\u2028", "\\u2028")]
    [InlineData("\u2029", "\\u2029")]
    [InlineData("\n", "\\n")]
    [InlineData("\r", "\\r")]
    [InlineData("\u0000", "\\u0000")]
    [InlineData("\u007f", "\\u007F")]
    [InlineData("\ufffe", "\\uFFFE")]
    public void What_would_end_a_line_or_break_the_stanza_is_escaped(string text, string escaped)
    {
        Assert.Contains($"\"responseMessage\":\"{escaped}\"", Status(null, text).ToBody(), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character()
    {
        Assert.Contains("\"responseMessage\":\"a\\uFFFDb\"", Status(null, "a\ud800b").ToBody(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 7, "00:07")]
    [InlineData(12, 0, "12:00")]
    [InlineData(13, 30, "13:30")]
    [InlineData(23, 59, "23:59")]
    public void The_timestamp_is_the_given_clock_with_24_hours(int hour, int minute, string expected)
    {
        var message = new RequestAgreementMessage { Timestamp = new DateTimeOffset(2026, 3, 5, hour, minute, 58, TimeSpan.FromHours(-7)) };

        Assert.Equal($$"""{"type":"REQUEST_AGREEMENT","timestamp":"05-03-2026 {{expected}}"}""", message.ToBody());
    }

    [Fact]
    public void Task_status_has_exactly_its_fields()
    {
        using var parsed = JsonDocument.Parse(Status(null, null).ToBody());

        Assert.Equal(
            ["type", "taskId", "responseCode", "responseMessage", "responseData", "contentType", "timestamp"],
            parsed.RootElement.EnumerateObject().Select(p => p.Name));
    }

    public static TheoryData<string> DangerousData()
    {
        var data = new TheoryData<string>();
        foreach (var type in ServerModel.Types)
        {
            data.Add($$"""{"type":"{{type}}"}""");
            data.Add($$"""{"TYPE":"{{type.ToLowerInvariant()}}"}""");
        }

        data.Add("""{"a":[1,[{"b":{"tYpE":"Login"}}]]}""");
        data.Add("""{"x\"type":"LOGIN"}""");
        data.Add("""{"x\\\"Type":"LOGIN"}""");
        data.Add("""{"a":{"type":{"type":["LOGOUT",{"type":"LOGOUT"}]}}}""");
        data.Add("""{"type":null,"TYPE":"GET_POLICIES","Type":"REGISTER"}""");
        return data;
    }

    [Theory]
    [MemberData(nameof(DangerousData))]
    public void No_data_reads_as_another_message_and_the_data_stays_the_same(string json)
    {
        var data = JsonNode.Parse(json)!.AsObject();
        AgentMessage[] messages =
        [
            Status(data, null),
            new PolicyStatusMessage { CommandExecutionId = 1, ResponseCode = PolicyStatusCode.Processed, ResponseData = data, Timestamp = Now },
            ((RegisterMessage)GoldenOutboundTests.Messages[0]) with { Data = data },
        ];

        // Written as it is, the data would be taken by a listener.
        Assert.NotEmpty(ServerModel.Listeners($$"""{"responseData":{{json}}}"""));
        Assert.All(messages, message =>
        {
            var body = message.ToBody();
            Assert.Equal([message.Type], ServerModel.Listeners(body));
            var parsed = JsonNode.Parse(body)!;
            Assert.True(JsonNode.DeepEquals(data, parsed["responseData"] ?? parsed["data"]));
        });
    }

    [Fact]
    public void Escaped_json_in_a_string_stays_as_it_is()
    {
        var body = Status(new JsonObject { ["Result"] = """{"type":"LOGIN"}""" }, """ends in "type""").ToBody();

        Assert.Contains("""{"Result":"{\"type\":\"LOGIN\"}"}""", body, StringComparison.Ordinal);
        Assert.Equal(["TASK_STATUS"], ServerModel.Listeners(body));
    }

    [Fact]
    public void Keys_that_are_not_type_stay_as_they_are()
    {
        var body = Status(new JsonObject { ["contentType"] = "LOGIN", ["typed"] = 1, ["'type"] = 2 }, null).ToBody();

        Assert.Contains("""{"contentType":"LOGIN","typed":1,"'type":2}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public void No_generated_object_reads_as_another_message()
    {
        var words = Gen.Elements([.. ServerModel.Types, .. ServerModel.Types.Select(t => t.ToLowerInvariant()), "type", "TYPE", "\"type", "\"type\":", "\\", "\"", ":", "x"]);
        var texts = words.ListOf(2).Select(string.Concat);
        var keys = Gen.OneOf(Gen.Elements("type", "Type", "x\"type", "\\\"type", "\"type\"", "k"), texts);
        var leaves = Gen.OneOf(words, texts).Select(text => (JsonNode?)JsonValue.Create(text));
        var data = Gen.Sized(size => Node(Math.Min(size, 4)))
            .Where(node => node is JsonObject)
            .Select(node => node!.AsObject())
            .ToArbitrary();

        FsCheck.Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2_000),
            Prop.ForAll(data, value =>
            {
                var body = Status(value, "x").ToBody();
                return ServerModel.Listeners(body) is ["TASK_STATUS"] && JsonNode.DeepEquals(value, JsonNode.Parse(body)!["responseData"]);
            }));

        FsCheck.Gen<JsonNode?> Node(int depth) => depth == 0
            ? leaves
            : Gen.OneOf(
                leaves,
                Node(depth - 1).ListOf(2).Select(items => (JsonNode?)new JsonArray([.. items.Select(i => i?.DeepClone())])),
                Gen.Zip(keys, Node(depth - 1)).ListOf(3).Select(members =>
                {
                    var value = new JsonObject();
                    foreach (var (key, member) in members)
                    {
                        value[key] = member?.DeepClone();
                    }

                    return (JsonNode?)value;
                }));
    }

    [Fact]
    public void Data_nested_too_deep_is_refused()
    {
        Assert.Throws<JsonException>(() => Status(Deep(200_000), null).ToBody());
    }

    internal static JsonObject Deep(int levels)
    {
        var data = new JsonObject();
        for (var level = 1; level < levels; level++)
        {
            data = new JsonObject { ["a"] = data };
        }

        return data;
    }

    internal static TaskStatusMessage Status(JsonObject? data, string? message) => new()
    {
        TaskId = 1,
        ResponseCode = TaskStatusCode.Processed,
        ResponseMessage = message,
        ResponseData = data,
        Timestamp = Now,
    };

    private static IEnumerable<string> AllCodePoints()
    {
        var text = new StringBuilder();
        // All of the plane that every script is in, a sample of the others.
        for (var value = 0; value <= 0x10ffff; value += value < 0x10000 ? 1 : 41)
        {
            if (Rune.IsValid(value))
            {
                text.Append(new Rune(value));
            }

            if (text.Length >= 0x8000)
            {
                yield return text.ToString();
                text.Clear();
            }
        }

        yield return text.ToString();
    }
}
