using System.Text;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

[Trait("Category", "Integration")]
public sealed class FilesTests : IDisposable
{
    private readonly PluginFolder _plugins = new();
    private readonly FakeKind _kind = new("fake");

    public FilesTests()
    {
        _plugins.With(_kind);
        PluginFolder.Write(
            Directory.CreateDirectory(Path.Combine(_plugins.Root, "tool")).FullName, "plugin.json", """{ "name": "tool", "kind": "fake" }""");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task A_file_is_uploaded_under_its_sum_before_the_answer_and_removed()
    {
        string? made = null;
        _kind.OnRun = (call, _) =>
        {
            Assert.True(call.Files.HasServer);
            made = call.Files.NewFile("list");
            Assert.Equal("drwx------", Mode(Path.GetDirectoryName(made)!));
            File.WriteAllText(made, "dpkg\n");
            return Task.FromResult(PluginResult.FromFile("The list.", made, ResultFileType.TextPlain));
        };

        var outcome = await Run();

        const string Sum = "7e2fccc88b1f74aeee3d37340e8183ed";
        Assert.Equal(new TaskOutcome(PluginCode.Processed, "The list.", $$"""{"md5":"{{Sum}}"}""") { FileType = ResultFileType.TextPlain }, outcome);
        Assert.Equal("dpkg\n", Encoding.UTF8.GetString(_plugins.Transfer.Files[$"/agent-files/pc-01/{Sum}"]));
        Assert.Empty(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
    }

    [Fact]
    public async Task A_file_of_a_local_run_stays_on_the_machine()
    {
        string? made = null;
        _kind.OnRun = (call, _) =>
        {
            made = call.Files.NewFile("list");
            File.WriteAllText(made, "dpkg\n");
            return Task.FromResult(PluginResult.FromFile("The list.", made, ResultFileType.TextPlain));
        };

        var run = await _plugins.Host.RunAsync("tool", new PluginWork { Id = -1, Command = "RUN" }, Token);

        var data = System.Text.Json.Nodes.JsonNode.Parse(run.Outcome.Data!)!;
        var kept = Assert.Single(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
        Assert.Equal((kept, "list", "7e2fccc88b1f74aeee3d37340e8183ed"), ((string?)data["file"], (string?)data["name"], (string?)data["md5"]));
        Assert.Equal(("dpkg\n", "drw-------"), (File.ReadAllText(kept), Mode(kept)));
        Assert.Equal(ResultFileType.TextPlain, run.Outcome.FileType);
        Assert.Empty(_plugins.Transfer.Files);
    }

    [Fact]
    public async Task The_password_of_the_tasks_file_server_is_a_secret_of_the_log_while_the_plugin_runs()
    {
        var seen = "";
        _kind.OnRun = (_, _) =>
        {
            seen = _plugins.Secrets.Hide(FakeTransfer.Server);
            return Task.FromResult(PluginResult.Processed("done"));
        };

        await Run();

        Assert.Contains("***", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_the_machines_own_stays_where_it_is()
    {
        var own = Path.Combine(_plugins.MakeDirectory("etc"), "report");
        File.WriteAllText(own, "x");
        _kind.OnRun = (_, _) => Task.FromResult(PluginResult.FromFile("m", own, ResultFileType.ImagePng));

        Assert.Equal(ResultFileType.ImagePng, (await Run()).FileType);
        Assert.True(File.Exists(own));
    }

    [Theory]
    [InlineData("", "empty file")]
    [InlineData("gone", "cannot be read")]
    [InlineData("relative", "not the full path")]
    [InlineData("link", "not the full path of a plain file")]
    [InlineData("directory", "not the full path of a plain file")]
    [InlineData("pipe", "not the full path of a plain file")]
    public async Task A_file_that_cannot_be_sent_is_an_error(string what, string expected)
    {
        _kind.OnRun = async (call, _) =>
        {
            var path = call.Files.NewFile("file");
            switch (what)
            {
                case "":
                    await File.WriteAllTextAsync(path, "", Token);
                    break;
                case "relative":
                    path = "file";
                    break;
                case "link":
                    File.CreateSymbolicLink(path, "/etc/passwd");
                    break;
                case "directory":
                    Directory.CreateDirectory(path);
                    break;
                case "pipe":
                    await _plugins.Commands.RunAsync(new CommandLine("mkfifo", path), Token);
                    break;
            }

            return PluginResult.FromFile("m", path, ResultFileType.TextPlain);
        };

        var outcome = await Run();

        Assert.Equal((PluginCode.Error, null, null), (outcome.Code, outcome.Data, outcome.FileType));
        Assert.StartsWith("tool RUN", outcome.Message, StringComparison.Ordinal);
        Assert.Contains(expected, outcome.Message, StringComparison.Ordinal);
        Assert.Empty(_plugins.Transfer.Files);
        Assert.Empty(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"protocol":"TORRENT","parameterMap":{}}""")]
    public async Task Without_a_file_server_a_file_is_an_error_that_says_so(string? server)
    {
        _kind.OnRun = MakeFile;

        var outcome = (await _plugins.Host.RunAsync("tool", PluginFolder.Task(fileServer: server), Token)).Outcome;

        Assert.Contains("the task brought no file server", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(PluginCode.Error, outcome.Code);
    }

    [Fact]
    public async Task A_file_server_that_cannot_be_read_does_not_get_its_password_told()
    {
        var outcome = (await _plugins.Host.RunAsync("tool", PluginFolder.Task(fileServer: "{ \"s3cret\": "), Token)).Outcome;

        Assert.Equal(TaskOutcome.Error("tool RUN was not run: what the task says of its file server cannot be read."), outcome);
    }

    [Fact]
    public async Task An_upload_that_fails_is_an_error_with_its_reason()
    {
        _kind.OnRun = MakeFile;
        _plugins.Transfer.OnUpload = _ => throw new FileServerException("The file server files.example refused the password.");

        Assert.Equal(TaskOutcome.Error("The file server files.example refused the password."), await Run());
        Assert.Empty(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
    }

    [Fact]
    public async Task An_upload_has_a_time_limit_of_its_own()
    {
        var uploading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _kind.OnRun = MakeFile;
        _plugins.Transfer.OnUpload = stop =>
        {
            uploading.SetResult();
            return Task.Delay(-1, stop);
        };
        var running = Run();
        await uploading.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);

        _plugins.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.False(running.IsCompleted);
        await _plugins.AdvanceUntil(running, TimeSpan.FromMinutes(2));

        Assert.Contains("longer than the agent's limit of 15 minutes", (await running).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_agent_ends_an_upload()
    {
        using var stop = new CancellationTokenSource();
        _kind.OnRun = MakeFile;
        _plugins.Transfer.OnUpload = async token =>
        {
            await stop.CancelAsync();
            await Task.Delay(-1, token);
        };

        var outcome = (await _plugins.Host.RunAsync("tool", PluginFolder.Task(fileServer: FakeTransfer.Server), stop.Token)).Outcome;

        Assert.Contains("the agent stopped before it was uploaded", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_cannot_answer_with_a_file()
    {
        _kind.OnRun = MakeFile;

        var outcome = (await _plugins.Host.RunAsync("tool", PluginFolder.Profile(fileServer: FakeTransfer.Server), Token)).Outcome;

        Assert.Equal(PluginCode.Error, outcome.Code);
        Assert.Contains("which Lider does not take for profiles", outcome.Message, StringComparison.Ordinal);
        Assert.Empty(_plugins.Transfer.Files);
    }

    [Fact]
    public async Task Files_are_fetched_into_the_private_directory_of_the_run()
    {
        _plugins.Transfer.Files["/x/a.txt"] = "one"u8.ToArray();
        IPluginFiles? kept = null;
        _kind.OnRun = async (call, token) =>
        {
            kept = call.Files;
            var (first, second) = (await call.Files.FetchAsync("/x/a.txt", token), await call.Files.FetchAsync("/x/a.txt", token));
            Assert.NotEqual(first, second);
            return PluginResult.Processed(await File.ReadAllTextAsync(first, token) + await File.ReadAllTextAsync(second, token));
        };

        Assert.Equal("oneone", (await Run()).Message);
        Assert.Empty(Directory.GetFileSystemEntries(_plugins.PrivateDirectory));
        Assert.Throws<ObjectDisposedException>(() => kept!.NewFile("late"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_fetched_is_answered_with_the_reason()
    {
        _kind.OnRun = async (call, token) => PluginResult.Processed(await call.Files.FetchAsync("/gone", token));

        Assert.Equal(TaskOutcome.Error("/gone is not on the file server."), await Run());
        Assert.Contains("the task brought no file server", (await _plugins.Run("tool")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\0")]
    public async Task A_name_that_is_not_a_files_name_is_refused(string name)
    {
        _kind.OnRun = (call, _) => Task.FromResult(PluginResult.Processed(call.Files.NewFile(name)));

        Assert.Contains("ArgumentException", (await Run()).Message, StringComparison.Ordinal);
    }

    private static async Task<PluginResult> MakeFile(PluginCall call, CancellationToken cancellationToken)
    {
        var path = call.Files.NewFile("result");
        await File.WriteAllTextAsync(path, "x", cancellationToken);
        return PluginResult.FromFile("m", path, ResultFileType.TextPlain);
    }

    private async Task<TaskOutcome> Run() => (await _plugins.Host.RunAsync("tool", PluginFolder.Task(fileServer: FakeTransfer.Server), Token)).Outcome;

    private static string Mode(string path)
    {
        var mode = File.GetUnixFileMode(path);
        return "d" + string.Concat("rwxrwxrwx".Select((letter, index) => ((int)mode & (0x100 >> index)) != 0 ? letter : '-'));
    }
}
