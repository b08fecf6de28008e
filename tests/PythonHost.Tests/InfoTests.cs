using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests;

/// <summary>PL 2.1: what main.py says of a plugin, read for the catalog.</summary>
[Trait("Category", "Integration")]
public sealed class InfoTests : HostTest
{
    [Theory]
    [InlineData("py-greeter", "1.0.0")]
    [InlineData("py-files", "1.0.0")]
    [InlineData("py-worker", "1.0.0")]
    [InlineData("py-trouble", "1.0.0")]
    [InlineData("py-registration", "1.0.0")]
    [InlineData("py-legacy", null)]
    public async Task The_version_is_what_info_says(string plugin, string? version)
    {
        var (code, answer) = await InfoAsync(Repository.Plugin(plugin));

        Assert.Equal((0, version), (code, (string?)answer["version"]));
        Assert.Equal(version is null ? null : plugin, (string?)answer["info"]!["name"]);
    }

    [Theory]
    [InlineData("print('first', end='')\ndef info(): print('second', end=''); return {'version': 2}", "2")]
    [InlineData("import os, sys\ndef info(): os.close(1); sys.stdout = None; return {'version': '1'}", "1")]
    [InlineData("import threading\nthreading.Thread(target=threading.Event().wait).start()\ndef info(): return {'version': '1'}", "1")]
    [InlineData("import atexit\natexit.register(print, 'last')\ndef info(): return {'version': '1', 'x': {1}}", "1")]
    [InlineData("from base.util.util import Util\ndef info(): return {'version': Util.execute('echo 1')[1].strip()}", "1")]
    [InlineData("def info(): return {'name': 'x'}", null)]
    public async Task Whatever_main_does_besides_harms_nothing(string text, string? version)
    {
        var (code, answer) = await InfoAsync(MakePlugin("odd", ("main.py", text)));

        Assert.Equal((0, version), (code, (string?)answer["version"]));
    }

    [Theory]
    [InlineData("import sys\nsys.exit('no apt here')", "sys.exit('no apt here')")]
    [InlineData("import a_module_that_nobody_has", "ModuleNotFoundError")]
    [InlineData("def info(): return ['1.0.0']", "info() of main.py returned list")]
    [InlineData("VERSION = 1", "no attribute 'info'")]
    [InlineData("def info(:", "SyntaxError")]
    public async Task What_cannot_be_read_is_an_error(string text, string error)
    {
        var (code, answer) = await InfoAsync(MakePlugin("broken", ("main.py", text)));

        Assert.Equal(1, code);
        Assert.Contains(error, (string)answer["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_main_is_an_error()
    {
        var (code, answer) = await InfoAsync(MakePlugin("empty"));

        Assert.Equal(1, code);
        Assert.Contains("has no main.py", (string)answer["error"]!, StringComparison.Ordinal);
    }

    private async Task<(int Code, JsonObject Answer)> InfoAsync(string folder)
    {
        var (code, output, _) = await HostProcess.RunAsync(
            ["-I", "-B", Repository.Host, "--info", folder], Folders.Environment(folder));
        return (code, JsonNode.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!.AsObject());
    }
}
