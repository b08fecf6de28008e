using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests.Python;

/// <summary>What becomes of the answers of plugins (PL 0.2).</summary>
[Trait("Category", "Integration")]
public sealed class PythonResultTests : PythonTest
{
    private readonly string _content = $"list of {Guid.NewGuid()}\n";

    private string Md5 => Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, Encoding.UTF8.GetBytes(_content)));

    [Theory]
    [InlineData("TASK_PROCESSED", PluginCode.Processed)]
    [InlineData("POLICY_PROCESSED", PluginCode.Processed)]
    [InlineData("TASK_WARNING", PluginCode.Warning)]
    [InlineData("POLICY_ERROR", PluginCode.Error)]
    [InlineData("TASK_TIMEOUT", PluginCode.Timeout)]
    [InlineData("TASK_KILLED", PluginCode.Killed)]
    [InlineData("TASK_PROCESSING", PluginCode.Processing)]
    [InlineData("TASK_RECEIVED", PluginCode.Processing)]
    public async Task Codes_of_tasks_and_policies_are_known(string code, PluginCode expected)
    {
        var result = await Answer($$"""{"answered":true,"code":"{{code}}","message":"m"}""");

        Assert.Equal((expected, "m", null), (result.Code, result.Message, result.Data));
    }

    [Fact]
    public async Task Other_answers_are_told_apart()
    {
        var unknown = await Answer("""{"answered":true,"code":"DONE","message":"m"}""");
        Assert.Equal(PluginCode.Error, unknown.Code);
        Assert.Contains("m (The plugin answered with the code 'DONE'", unknown.Message, StringComparison.Ordinal);

        var silent = await Answer("""{"answered":false}""");
        Assert.Equal((PluginCode.Warning, "probe RESULT ended without an answer; it may still be working."), (silent.Code, silent.Message));

        var nothing = await Answer("""{"answered":true,"code":null,"message":null}""");
        Assert.Equal((PluginCode.Processed, "probe RESULT had nothing to report."), (nothing.Code, nothing.Message));

        var wordless = await Answer("""{"answered":true,"code":"TASK_PROCESSED","message":null}""");
        Assert.NotEqual("", wordless.Message);
    }

    [Fact]
    public async Task An_error_becomes_a_sentence_and_its_traceback_a_log_line()
    {
        var runner = NewRunner();
        var failure = await Failure(Do(runner, "result", Result("""{"error":"KeyError: 'name'","traceback":"Traceback (most recent call last)"}""")));

        Assert.Equal("The plugin probe failed while running RESULT: KeyError: 'name'", failure);
        Assert.Contains(Log.Lines, line => line.Id == 1354 && line.Text.Contains("most recent call last", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_command_is_named() => Assert.StartsWith(
        "The plugin probe has no command RESULT",
        await Failure(Do(NewRunner(), "result", Result("""{"error":"The file result.py has no function handle_task.","missing":true}"""))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""[1,2]""", """{"Result":[1,2]}""")]
    [InlineData("\"x\"", """{"Result":"x"}""")]
    [InlineData("null", """{"Result":null}""")]
    public async Task Json_becomes_an_object(string data, string expected)
    {
        var result = await Answer(Processed(data, "APPLICATION_JSON"));

        Assert.Equal((PluginCode.Processed, expected), (result.Code, result.Data!.ToJsonString()));
    }

    [Theory]
    [InlineData("{'a': 1}", "APPLICATION_JSON", "no JSON")]
    [InlineData("{\"a\":1", "APPLICATION_JSON", "no JSON")]
    [InlineData("{\"a\":1,\"a\":2}", "APPLICATION_JSON", "no JSON")]
    [InlineData("{\"a\":1}", null, "neither declared")]
    [InlineData("text", "TEXT_PLAIN", "neither declared")]
    [InlineData("{\"md5\":\"../etc/passwd\"}", "TEXT_PLAIN", "neither declared")]
    [InlineData("{\"md5\":\"0123456789abcdef0123456789abcdeg\"}", "TEXT_PLAIN", "neither declared")]
    [InlineData("{\"md5\":\"0123456789abcdef0123456789abcde0\"}", "TEXT_PLAIN", "cannot be opened")]
    [InlineData("{\"md5\":\"0123456789abcdef0123456789abcde0\"}", "VIDEO", "'VIDEO'")]
    public async Task Data_that_is_not_what_it_says_is_an_error(string data, string? type, string reason)
    {
        var result = await Answer(Processed(data, type));

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.StartsWith("m (Its result is lost: ", result.Message, StringComparison.Ordinal);
        Assert.Contains(reason, result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TEXT_PLAIN", ResultFileType.TextPlain)]
    [InlineData("IMAGE_JPEG", ResultFileType.ImageJpeg)]
    [InlineData(null, ResultFileType.TextPlain)]
    public async Task A_file_is_taken_from_the_shared_directory(string? type, ResultFileType expected)
    {
        await File.WriteAllTextAsync($"/tmp/{Md5}", _content, Token);

        var result = await Answer(Processed($$"""{"md5":"{{Md5}}"}""", type));

        Assert.Equal((PluginCode.Processed, expected), (result.Code, result.File!.Type));
        Assert.StartsWith(Private, result.File.Path, StringComparison.Ordinal);
        Assert.Equal(_content, await File.ReadAllTextAsync(result.File.Path, Token));
        Assert.False(File.Exists($"/tmp/{Md5}"));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_file_is_not_followed()
    {
        var target = Path.Combine(Root, "secret");
        await File.WriteAllTextAsync(target, _content, Token);
        File.CreateSymbolicLink($"/tmp/{Md5}", target);

        await IsRefused("cannot be opened");
    }

    [Fact]
    public async Task A_directory_is_no_file()
    {
        Directory.CreateDirectory($"/tmp/{Md5}");

        await IsRefused("not a regular file");
    }

    [Fact]
    public async Task A_file_with_another_content_is_refused()
    {
        await File.WriteAllTextAsync($"/tmp/{Md5}", "something else", Token);

        await IsRefused("another content");
    }

    [Fact]
    public async Task A_mail_goes_with_every_answer()
    {
        var result = await Answer("""{"answered":true,"code":"TASK_PROCESSED","message":"m","mail":{"send":true,"subject":"s","content":"c"}}""");
        Assert.Equal(new ResultMail("s", "c"), result.Mail);

        Assert.Null((await Answer("""{"answered":true,"code":"TASK_PROCESSED","message":"m","mail":{"send":false,"subject":"s","content":"c"}}""")).Mail);
    }

    private static JsonObject Result(string result) => new() { ["result"] = JsonNode.Parse(result) };

    private static string Processed(string data, string? type) => new JsonObject
    {
        ["answered"] = true,
        ["code"] = "TASK_PROCESSED",
        ["message"] = "m",
        ["data"] = data,
        ["content_type"] = type,
    }.ToJsonString();

    private Task<PluginResult> Answer(string result) => Do(NewRunner(), "result", Result(result));

    private async Task IsRefused(string reason)
    {
        try
        {
            var result = await Answer(Processed($$"""{"md5":"{{Md5}}"}""", "TEXT_PLAIN"));

            Assert.Equal((PluginCode.Error, null), (result.Code, result.File));
            Assert.Contains(reason, result.Message, StringComparison.Ordinal);
        }
        finally
        {
            if (Directory.Exists($"/tmp/{Md5}"))
            {
                Directory.Delete($"/tmp/{Md5}");
            }

            File.Delete($"/tmp/{Md5}");
        }
    }
}
