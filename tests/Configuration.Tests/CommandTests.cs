using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Ahenk.Configuration.Tests;

/// <summary>The real command, without a daemon.</summary>
[Trait("Category", "Integration")]
public sealed class CommandTests : IDisposable
{
    private readonly Folder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_names_all_and_ends_with_1_when_the_configuration_cannot_be_used()
    {
        _folder.Write("[CONNECTION]\nport = x\nprot = 2\n");

        var (code, output, _) = await Run("", "config", "check");
        Assert.Equal(1, code);
        Assert.Contains("error: [CONNECTION] port = x is not allowed in", output, StringComparison.Ordinal);
        Assert.Contains("warning: There is no key [CONNECTION] prot; is [CONNECTION] port meant?", output, StringComparison.Ordinal);
        Assert.EndsWith($"1 errors, 1 warnings in {_folder.Main}.\n", output, StringComparison.Ordinal);

        var json = JsonNode.Parse((await Run("", "config", "check", "--json")).Output)!;
        Assert.Equal(("error", 2, "x"), ((string?)json["problems"]![0]!["severity"], (int?)json["problems"]![0]!["line"], (string?)json["problems"]![0]!["value"]));

        _folder.Write("");
        Assert.Equal((0, $"Nothing is wrong with {_folder.Main}.\n"), ((await Run("", "config", "check")).Code, (await Run("", "config", "check")).Output));
    }

    [Fact]
    public async Task Get_tells_where_a_value_stands_or_that_it_is_the_default()
    {
        _folder.Write("[CONNECTION]\nport = 7\n");

        Assert.Equal((0, $"[CONNECTION] port = 7 ({_folder.Main}, line 2)\n"), Short(await Run("", "config", "get", "port")));
        Assert.Equal((0, "[TASK] keep_days = 30 (default)\n"), Short(await Run("", "config", "get", "task.keep_days")));
        var json = JsonNode.Parse((await Run("", "config", "get", "CONNECTION.port", "--json")).Output)!;
        Assert.Equal(("7", "file", 2, "5222", true), ((string?)json["value"], (string?)json["source"], (int?)json["line"], (string?)json["default"], (bool?)json["needs_restart"]));
    }

    [Theory]
    [InlineData("prot", "is [CONNECTION] port meant?")]
    [InlineData("keep_days", "LOG.keep_days, TASK.keep_days")]
    public async Task A_key_that_is_not_known_or_not_the_only_one_is_a_fault_of_the_command_line(string key, string expected)
    {
        _folder.Write("");

        var (code, _, error) = await Run("", "config", "get", key);

        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_and_unset_change_the_file_and_say_when_it_counts()
    {
        Assert.Equal((0, $"[CONNECTION] port stands in {_folder.Main}, line 2.\nIt counts when the agent is started again.\n"), Short(await Run("", "config", "set", "port", "7")));
        Assert.Equal((0, $"[BASE] loglevel stands in {_folder.Main}, line 5.\nIt counts after 'ahenk config reload'.\n"), Short(await Run("", "config", "set", "BASE.loglevel", "debug")));
        Assert.Equal("[CONNECTION]\nport = 7\n\n[BASE]\nloglevel = debug\n", _folder.Read());
        Assert.Equal(0, (await Run("", "config", "unset", "port")).Code);
        Assert.Equal("[CONNECTION]\n\n[BASE]\nloglevel = debug\n", _folder.Read());

        var (code, _, error) = await Run("", "config", "set", "port", "70000");
        Assert.Equal((2, true), (code, error.Contains("a whole number from 1 to 65535", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_password_comes_over_standard_input_and_is_shown_to_root_alone()
    {
        Assert.Equal(2, (await Run("", "config", "set", "password", "hunter22")).Code);
        Assert.Equal(0, (await Run("hunter22\n", "config", "set", "password")).Code);

        Assert.Contains("password = hunter22", _folder.Read(), StringComparison.Ordinal);
        Assert.Contains("password = *** (", (await Run("", "config", "get", "password")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", (await Run("", "config", "list", "--json")).Output, StringComparison.Ordinal);
        var shown = await Run("", "config", "get", "password", "--show-secrets");
        Assert.Equal(Environment.IsPrivilegedProcess ? 0 : 2, shown.Code);
        Assert.Equal(Environment.IsPrivilegedProcess, shown.Output.Contains("hunter22", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_has_every_key()
    {
        _folder.Write("");

        var list = JsonNode.Parse((await Run("", "config", "list", "--json")).Output)!.AsArray();

        Assert.Equal(ConfigurationKeys.All.Select(key => key.Name), list.Select(key => (string?)key!["key"]));
    }

    [Fact]
    public async Task Log_shows_the_last_lines_and_follows_over_a_roll()
    {
        var log = _folder.In("ahenk.log");
        _folder.Write($"[BASE]\nlogfile = {log}\n");
        await File.WriteAllLinesAsync(log, Enumerable.Range(1, 30).Select(number => $"line {number}"), Token);
        Assert.Equal((0, "line 29\nline 30\n"), Short(await Run("", "log", "-n", "2")));
        Assert.Equal((0, ""), Short(await Run("", "log", "-n", "0")));
        Assert.StartsWith("line 1\n", (await Run("", "log", "-n", "999")).Output, StringComparison.Ordinal);

        using var following = Start("log", "-n", "1", "-f");
        Assert.Equal("line 30", await following.StandardOutput.ReadLineAsync(Token));
        await File.AppendAllTextAsync(log, "line 31\n", Token);
        Assert.Equal("line 31", await following.StandardOutput.ReadLineAsync(Token));
        File.Move(log, log + ".1");
        await File.AppendAllTextAsync(log + ".1", "line 32\n", Token);
        await File.WriteAllTextAsync(log, "a new one, longer than the old\n", Token);
        Assert.Equal("line 32", await following.StandardOutput.ReadLineAsync(Token));
        Assert.Equal("a new one, longer than the old", await following.StandardOutput.ReadLineAsync(Token));
        following.Kill();
        await following.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task A_log_that_is_not_there_is_told()
    {
        _folder.Write($"[BASE]\nlogfile = {_folder.In("none.log")}\n");

        var (code, _, error) = await Run("", "log");

        Assert.Equal(1, code);
        Assert.Contains("none.log", error, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Short((int Code, string Output, string Error) result) => (result.Code, result.Output);

    private async Task<(int Code, string Output, string Error)> Run(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "ahenk.dll"), .. arguments, "--config", _folder.Main])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
