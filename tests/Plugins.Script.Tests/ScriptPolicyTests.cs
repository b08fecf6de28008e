using System.Text.Json.Nodes;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Script.Tests;

/// <summary>The profile: the wire contract of PL 17, and what the original agent did wrong.</summary>
[Trait("Category", "Integration")]
public sealed class ScriptPolicyTests : ScriptTest
{
    [Fact]
    public void A_profile_s_script_has_as_long_as_a_task_s() =>
        Assert.True(new ScriptPlugin().Policy!.TimeLimit > ScriptPlugin.ScriptLimit + new CommandLine("").TerminationGrace);

    [Theory]
    [InlineData("0", "echo ${BASH_VERSION:+bash}", "bash\n")]
    [InlineData("1", "import sys; print(sys.version_info[0])", "3\n")]
    [InlineData("\"PERL\"", "print 'perl';", "perl")]
    public async Task A_profile_of_the_web_console_or_of_the_old_one_is_run(string type, string contents, string expected)
    {
        var result = await Apply(Parameters(JsonNode.Parse(type), contents));

        Assert.Equal((PluginCode.Processed, expected), (result.Code, Text(result)));
        Assert.Equal(["Result"], result.Data!.Select(pair => pair.Key));
    }

    [Fact]
    public async Task Parameters_that_are_null_are_none()
    {
        var profile = new JsonObject { ["SCRIPT_TYPE"] = 0, ["SCRIPT_CONTENTS"] = "echo \"$# $*\"", ["SCRIPT_PARAMS"] = null };

        Assert.Equal("0 \n", Text(await Apply(profile)));
        Assert.Equal("0 \n", Text(await Apply(Parameters(0, "echo \"$# $*\"", ""))));
    }

    [Fact]
    public async Task Parameters_are_words_and_never_shell() =>
        Assert.Equal("<a b><;><$(id)><`id`>", Text(await Apply(Parameters(0, "printf '<%s>' \"$@\"", "'a b' ; $(id) `id`"))));

    [Fact]
    public async Task A_failure_is_an_error_with_both_streams()
    {
        var result = await Apply(Parameters(0, "echo half; echo broken >&2; exit 3"));

        Assert.Equal((PluginCode.Error, "The script ended with exit code 3."), (result.Code, result.Message));
        Assert.Equal("broken\n--- stdout ---\nhalf\n", Text(result));
    }

    [Fact]
    public async Task Turkish_text_bad_escapes_and_long_output_are_no_failure()
    {
        Assert.Equal((PluginCode.Processed, "ğış \\x \\\n"), await CodeAndText(Parameters(0, @"printf '%s\n' 'ğış \x \'")));
        Assert.Equal(200_001, Text(await Apply(Parameters(1, "print('x' * 200000)"))).Length);
    }

    [Fact]
    public async Task The_script_is_private_while_it_runs_and_gone_afterwards()
    {
        var lines = Text(await Apply(Parameters(0, "stat -c %a \"$0\"; echo $0"))).Split('\n');

        Assert.Equal("700", lines[0]);
        Assert.Equal(PrivateDirectory, Path.GetDirectoryName(lines[1]));
        Assert.False(File.Exists(lines[1]));
    }

    [Fact]
    public async Task A_profile_without_a_script_or_with_an_unknown_type_is_an_error()
    {
        var empty = await Apply([]);
        var unknown = await Apply(Parameters(9, "true"));

        Assert.Equal((PluginCode.Error, PluginCode.Error), (empty.Code, unknown.Code));
        Assert.Contains("SCRIPT_CONTENTS", empty.Message, StringComparison.Ordinal);
        Assert.Contains("SCRIPT_TYPE is 0 (Bash)", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_interpreter_is_named()
    {
        var runner = new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance) { SearchPath = PrivateDirectory };

        Assert.Contains("Install the package 'ruby'", (await Apply(Parameters(3, "puts 1"), runner)).Message, StringComparison.Ordinal);
    }

    private async Task<(PluginCode Code, string Text)> CodeAndText(JsonObject profile)
    {
        var result = await Apply(profile);
        return (result.Code, Text(result));
    }
}
