using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static Ahenk.Lider.Protocol.Tests.OutboundTextTests;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class FitToTests
{
    private const int Limit = 60 * 1024;

    [Fact]
    public void What_fits_is_the_same_message()
    {
        var status = Status(new JsonObject { ["Result"] = new string('x', 2000) }, "done");

        Assert.Same(status, status.FitTo(Limit, keepEnd: true));
        Assert.Same(status, status.FitTo(WireSize.OfBody(status.ToBody()), keepEnd: true));
    }

    [Fact]
    public void The_end_of_a_long_output_is_kept_and_the_cut_is_counted()
    {
        var output = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"line {i}\n"));

        var fitted = Fitted(Status(new JsonObject { ["Result"] = output }, "done"), Limit, keepEnd: true);

        var text = (string)fitted.ResponseData!["Result"]!;
        var (kept, cut) = Split(text);
        Assert.StartsWith("[... ", text, StringComparison.Ordinal);
        Assert.EndsWith("line 29999\n", text, StringComparison.Ordinal);
        Assert.EndsWith(kept, output, StringComparison.Ordinal);
        Assert.Equal(output.Length, kept.Length + cut);
        Assert.InRange(WireSize.OfBody(fitted.ToBody()), Limit - 200, Limit);
        Assert.Equal("done", fitted.ResponseMessage);
    }

    [Fact]
    public void The_start_is_kept_otherwise()
    {
        var output = "first\n" + new string('x', 200_000);

        var fitted = Fitted(Status(new JsonObject { ["Result"] = output }, "done"), Limit, keepEnd: false);

        var text = (string)fitted.ResponseData!["Result"]!;
        var (kept, cut) = Split(text);
        Assert.StartsWith("first\nxxx", text, StringComparison.Ordinal);
        Assert.EndsWith("characters cut by Ahenk ...]", text, StringComparison.Ordinal);
        Assert.Equal(output.Length, kept.Length + cut);
    }

    [Fact]
    public void Only_the_longest_texts_are_cut()
    {
        var data = new JsonObject
        {
            ["long"] = new string('a', 90_000),
            ["list"] = new JsonArray(new JsonObject { ["longer"] = new string('b', 120_000) }, 5, null, true),
            ["middle"] = new string('c', 10_000),
            ["md5"] = "9e107d9d372bb6826bd81d3542a419d6",
        };

        var fitted = Fitted(Status(data, new string('m', 5_000)), Limit, keepEnd: false);

        var cutLong = (string)fitted.ResponseData!["long"]!;
        var cutLonger = (string)fitted.ResponseData["list"]![0]!["longer"]!;
        Assert.Equal(new string('c', 10_000), (string?)fitted.ResponseData["middle"]);
        Assert.Equal("9e107d9d372bb6826bd81d3542a419d6", (string?)fitted.ResponseData["md5"]);
        Assert.Equal("[5,null,true]", new JsonArray([.. fitted.ResponseData["list"]!.AsArray().Skip(1).Select(n => n?.DeepClone())]).ToJsonString());
        Assert.Equal(5_000, fitted.ResponseMessage!.Length);
        Assert.InRange(cutLong.Length, 20_000, 24_000);
        Assert.InRange(cutLonger.Length, cutLong.Length - 2, cutLong.Length + 2);
    }

    [Fact]
    public void A_long_message_is_cut_when_the_data_is_not_to_blame()
    {
        var data = new JsonObject { ["md5"] = "9e107d9d372bb6826bd81d3542a419d6" };

        var fitted = Fitted(Status(data, new string('m', 100_000)) with { ContentType = ContentType.ImagePng }, Limit, keepEnd: false);

        Assert.True(JsonNode.DeepEquals(data, fitted.ResponseData));
        Assert.Equal(ContentType.ImagePng, fitted.ContentType);
        Assert.StartsWith("mmm", fitted.ResponseMessage, StringComparison.Ordinal);
        Assert.Contains("characters cut by Ahenk", fitted.ResponseMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_many_small_values_is_replaced_by_a_word_about_it()
    {
        var data = new JsonObject();
        for (var i = 0; i < 20_000; i++)
        {
            data[$"package-{i}"] = "1.0.0";
        }

        var status = Status(data, "done") with { ResponseCode = TaskStatusCode.Warning };

        var fitted = Fitted(status, Limit, keepEnd: false);

        Assert.Equal(TaskStatusCode.Warning, fitted.ResponseCode);
        Assert.Equal(ContentType.ApplicationJson, fitted.ContentType);
        Assert.Equal("done", fitted.ResponseMessage);
        var word = (string)Assert.Single(fitted.ResponseData!).Value!;
        Assert.Contains($"{WireSize.OfBody(status.ToBody())} bytes, and {Limit} can be sent", word, StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_limit_is_kept_with_everything_too_large()
    {
        var data = new JsonObject { ["a"] = new JsonArray([.. Enumerable.Range(0, 5_000).Select(i => (JsonNode?)i)]), ["b"] = new string('&', 10_000) };
        var status = Status(data, new string('<', 10_000)) with { TaskId = long.MinValue, ContentType = ContentType.ApplicationVndMsExcel };

        var fitted = Fitted(status, StatusMessage.SmallestLimit, keepEnd: true);

        Assert.EndsWith("<<<", fitted.ResponseMessage, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => { status.FitTo(StatusMessage.SmallestLimit - 1, keepEnd: true); });
    }

    public static TheoryData<string> Unwritable() => ["deep", "NaN", "half", "half key", "equal keys"];

    [Theory]
    [MemberData(nameof(Unwritable))]
    public void Data_that_cannot_be_written_is_replaced_and_the_answer_stays(string kind)
    {
        var data = kind switch
        {
            "deep" => OutboundTextTests.Deep(200_000),
            "NaN" => new JsonObject { ["cpu"] = double.NaN },
            "half" => JsonNode.Parse("""{"a":"\ud800"}""")!.AsObject(),
            "half key" => JsonNode.Parse("""{"\ud800":1}""")!.AsObject(),
            _ => JsonNode.Parse("""{"a":1,"a":2}""")!.AsObject(),
        };
        var status = Status(data, "done");
        Assert.ThrowsAny<Exception>(status.ToBody);

        var fitted = Fitted(status, Limit, keepEnd: false);

        Assert.Equal("done", fitted.ResponseMessage);
        Assert.Contains("could not be written", (string)Assert.Single(fitted.ResponseData!).Value!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pair_of_surrogates_is_never_split()
    {
        for (var shift = 0; shift < 4; shift++)
        {
            var text = new string('x', shift) + string.Concat(Enumerable.Repeat("😀", 5_000));
            foreach (var keepEnd in new[] { true, false })
            {
                var fitted = Fitted(Status(new JsonObject { ["a"] = text }, null), 2_000 + shift, keepEnd);

                Assert.DoesNotContain("\ufffd", JsonDocument.Parse(fitted.ToBody()).RootElement.GetProperty("responseData").GetProperty("a").GetString(), StringComparison.Ordinal);
                Assert.True(((string)fitted.ResponseData!["a"]!).EnumerateRunes().All(rune => rune != Rune.ReplacementChar));
            }
        }
    }

    [Fact]
    public void The_message_that_was_given_is_not_changed()
    {
        var data = new JsonObject { ["a"] = new string('x', 100_000) };

        Fitted(Status(data, "done"), Limit, keepEnd: true);

        Assert.Equal(100_000, ((string)data["a"]!).Length);
    }

    [Fact]
    public void The_answer_to_a_policy_is_cut_in_the_same_way()
    {
        var status = new PolicyStatusMessage
        {
            CommandExecutionId = 7,
            ResponseCode = PolicyStatusCode.Error,
            ResponseData = new JsonObject { ["out"] = new string('x', 100_000) },
            Timestamp = DateTimeOffset.UnixEpoch,
        };

        var fitted = status.FitTo(Limit, keepEnd: true);

        Assert.InRange(WireSize.OfBody(fitted.ToBody()), Limit - 200, Limit);
        Assert.Empty(ServerModel.Objections(fitted.ToBody(), Golden.Api));
        Assert.Equal(7, fitted.CommandExecutionId);
    }

    [Fact]
    public void Whatever_the_answer_the_result_fits_and_is_accepted()
    {
        var random = new Random(4211);
        var outcomes = new HashSet<string>();
        for (var round = 0; round < 300; round++)
        {
            var status = Status(RandomObject(random, 3), random.Next(3) == 0 ? RandomText(random) : "m");
            var limit = random.Next(StatusMessage.SmallestLimit, 8_000);

            var fitted = Fitted(status, limit, keepEnd: random.Next(2) == 0);

            outcomes.Add(ReferenceEquals(fitted, status) ? "same" : fitted.ResponseData!.ContainsKey("ahenk") ? "replaced" : "cut");
        }

        Assert.Equal(3, outcomes.Count);
    }

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(1, 1 << 22)]
    [InlineData(1_000, 1 << 22)]
    [InlineData(20_000, 1 << 22)]
    public void Memory_is_linear_in_the_size_of_the_answer(int texts, int size)
    {
        var data = new JsonObject();
        for (var i = 0; i < texts; i++)
        {
            data[$"k{i}"] = new string('x', size / texts);
        }

        var status = Status(data, "done");
        var before = GC.GetAllocatedBytesForCurrentThread();
        status.FitTo(Limit, keepEnd: true);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, size, 16L * size);
    }

    private static TaskStatusMessage Fitted(TaskStatusMessage status, int limit, bool keepEnd)
    {
        var fitted = status.FitTo(limit, keepEnd);
        var body = fitted.ToBody();
        Assert.InRange(WireSize.OfBody(body), 1, limit);
        Assert.Empty(ServerModel.Objections(body, Golden.Api));
        Assert.Equal(status.TaskId, fitted.TaskId);
        Assert.Equal(status.ResponseCode, fitted.ResponseCode);
        return fitted;
    }

    private static (string Kept, int Cut) Split(string text)
    {
        var mark = Assert.Single(Regex.Matches(text, @"\[\.\.\. (\d+) characters cut by Ahenk \.\.\.\]").ToArray());
        return (text.Remove(mark.Index, mark.Length), int.Parse(mark.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static JsonObject RandomObject(Random random, int depth)
    {
        var data = new JsonObject();
        for (var i = random.Next(depth == 3 ? 60 : 8); i > 0; i--)
        {
            data[$"k{random.Next(1000)}"] = random.Next(4) switch
            {
                0 when depth > 0 => RandomObject(random, depth - 1),
                1 when depth > 0 => new JsonArray(RandomText(random), random.Next(), null),
                2 => random.Next(),
                _ => RandomText(random),
            };
        }

        return data;
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(5) == 0 ? random.Next(4_000) : random.Next(60); i > 0; i--)
        {
            text.Append(random.Next(4) switch
            {
                0 => (char)random.Next(0x10000),
                1 => "&<>\"\\\n\u2028\u0001"[random.Next(8)],
                _ => (char)random.Next(0x20, 0x7f),
            });
        }

        return text.ToString();
    }
}
