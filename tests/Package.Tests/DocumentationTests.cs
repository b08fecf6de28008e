using System.Text.RegularExpressions;
using Ahenk.TestSite;

namespace Ahenk.Package.Tests;

/// <summary>What the package is built with: manual pages, completions and the configuration's template are made of the program and of docs/configuration.md.</summary>
[Trait("Category", "Integration")]
public sealed partial class DocumentationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-documentation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_manual_page_has_every_command_and_is_clean()
    {
        var page = await CommandAsync("documentation", "manual");

        var commands = await CommandsAsync();
        Assert.All(commands, command => Assert.Contains($".SS ahenk {command.Replace("-", "\\-", StringComparison.Ordinal)}", page, StringComparison.Ordinal));
        Assert.DoesNotContain("documentation", page, StringComparison.Ordinal);
        await CheckAsync(page);
    }

    [Fact]
    public async Task The_configuration_has_a_manual_page_and_a_template_with_every_key()
    {
        var keys = Row().Matches(File.ReadAllText(Tool.File("docs", "configuration.md"))).Select(match => match.Groups[1].Value).ToList();
        Assert.True(keys.Count > 40, "The table was not found.");

        var page = await ConfigurationAsync("manual");
        var template = await ConfigurationAsync("template");

        Assert.All(keys, key => Assert.Contains($"\n\\fB{key}\\fR (default: ", page, StringComparison.Ordinal));
        Assert.Equal(keys.Order(StringComparer.Ordinal), Key().Matches(template).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
        await CheckAsync(page);
    }

    [Fact]
    public async Task Bash_completes_commands_and_options()
    {
        var script = await CommandAsync("documentation", "bash");

        Assert.Equal("status start", await CompleteAsync(script, "ahenk", "sta"));
        Assert.Equal("status", await CompleteAsync(script, "ahenk", "stat"));
        Assert.Equal("--json", await CompleteAsync(script, "ahenk", "--socket", "/x", "status", "--js"));
        Assert.DoesNotContain("documentation", await CompleteAsync(script, "ahenk", ""), StringComparison.Ordinal);
        Assert.All(await CommandsAsync(), command => Assert.Contains($"' {command}')", script, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Zsh_understands_its_completion()
    {
        var script = await CommandAsync("documentation", "zsh");
        File.WriteAllText(Path.Combine(_folder, "_ahenk"), script);

        await Tool.RunAsync("zsh", "-n", Path.Combine(_folder, "_ahenk"));
        Assert.All(await CommandsAsync(), command => Assert.Contains($"'{command}:", script, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.tr.md")]
    public void The_list_of_documents_names_each_of_them_once(string readme)
    {
        var listed = File.ReadLines(Tool.File(readme)).Where(line => line.StartsWith('|')).SelectMany(line => Link().Matches(line)).Select(link => link.Groups[1].Value);

        var there = Directory.EnumerateFileSystemEntries(Tool.File("docs")).Select(Path.GetFileName);
        Assert.Equal(there.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> CommandsAsync()
    {
        var help = await CommandAsync("--help");
        var commands = Command().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains("status", commands);
        return commands;
    }

    private static async Task<string> CommandAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string?>();
        BuiltAgent.AddRuntime(environment);
        return await Tool.RunAsync("env", [.. environment.Select(entry => $"{entry.Key}={entry.Value}"), BuiltAgent.Command, .. arguments]);
    }

    private static Task<string> ConfigurationAsync(string form) =>
        Tool.RunAsync("python3", "-B", Tool.File("packaging", "configuration.py"), form, Tool.File("docs", "configuration.md"));

    private static async Task CheckAsync(string page)
    {
        var (code, complaints) = await Tool.TryAsync(page, "groff", "-man", "-Tutf8", "-ww", "-z");
        Assert.Equal((0, ""), (code, complaints));
    }

    private static async Task<string> CompleteAsync(string script, params string[] words)
    {
        var (code, output) = await Tool.TryAsync(
            script + "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _ahenk; echo \"${COMPREPLY[@]}\"\n", "bash", ["--noprofile", "--norc", "-s", "--", .. words]);
        Assert.Equal(0, code);
        return output.Trim();
    }

    [GeneratedRegex(@"^\| `[A-Z]+` \| `([a-z0-9_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\]\(docs/([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#([a-z0-9_]+) =", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex("^  ([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
