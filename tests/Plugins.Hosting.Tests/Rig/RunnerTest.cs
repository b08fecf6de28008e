using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Hosting.Tests.Rig;

/// <summary>A plugin's folder and what its runner needs; the launcher is the real one.</summary>
public abstract class RunnerTest : IAsyncDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly List<IAsyncDisposable> _runners = [];
    private int _calls;

    protected RunnerTest()
    {
        Folder = Directory.CreateDirectory(Path.Combine(Root, "plugins", "probe")).FullName;
        Private = Directory.CreateDirectory(Path.Combine(Root, "private")).FullName;
    }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Root { get; } = Directory.CreateTempSubdirectory("ahenk-runner-").FullName;

    protected string Folder { get; }

    protected string Private { get; }

    private protected RecordingLoggers Log { get; } = new();

    private protected static ProcessLauncher Launcher { get; } = new(TimeProvider.System, NullLogger<ProcessLauncher>.Instance);

    private protected RunnerSettings Settings { get; init; } = new() { Name = "probe", Folder = "" };

    public async ValueTask DisposeAsync()
    {
        foreach (var runner in _runners)
        {
            await runner.DisposeAsync();
        }

        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected T Kept<T>(T runner)
        where T : IPluginRunner
    {
        _runners.Add(runner);
        return runner;
    }

    /// <summary>Puts a file into the plugin's folder.</summary>
    protected string Put(string name, string content = "")
    {
        // Another process writes what may be executed: a child that a test beside this one is just starting would have it open for writing, and execve refuse it.
        var path = Path.Combine(Folder, name);
        var draft = Path.Combine(Root, "draft");
        File.WriteAllText(draft, content);
        File.SetUnixFileMode(draft, Executable);
        using var copy = System.Diagnostics.Process.Start("cp", ["-p", draft, path]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
        return path;
    }

    private protected PluginCall Call(string command = "RUN", JsonObject? parameters = null) => new()
    {
        Kind = PluginWorkKind.Command,
        Id = 4711,
        Command = command,
        Parameters = parameters ?? [],
        Files = new RunFiles(Path.Combine(Private, $"run-{Interlocked.Increment(ref _calls)}"), Path.Combine(Root, "remote")),
        Store = new NoStore(),
        Progress = (_, _) => Task.CompletedTask,
    };

    /// <summary>Completes when a process is gone or a zombie.</summary>
    protected static async Task IsGone(int pid)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var attempt = 0; attempt < 12_000; attempt++)
        {
            try
            {
                var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat", Token);
                if (stat[stat.LastIndexOf(')') + 2] == 'Z')
                {
                    return;
                }
            }
            catch (IOException)
            {
                return;
            }

            await timer.WaitForNextTickAsync(Token);
        }

        Assert.Fail($"Process {pid} still lives.");
    }

    /// <summary>Files of a run; what is fetched lies in a directory in the place of the server.</summary>
    private sealed class RunFiles(string directory, string remote) : IPluginFiles
    {
        public bool HasServer => true;

        public Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken)
        {
            var source = Path.Combine(remote, remotePath);
            if (!File.Exists(source))
            {
                throw new FileServerException($"The file server has no file {remotePath}.");
            }

            var target = NewFile("fetched");
            File.Copy(source, target);
            return Task.FromResult(target);
        }

        public string NewFile(string name) => Path.Combine(Directory.CreateDirectory(directory).FullName, name);
    }

    private sealed class NoStore : IPluginStore
    {
        public ValueTask<string?> GetAsync(string key) => throw new NotSupportedException();

        public ValueTask SetAsync(string key, string? value) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string prefix = "") => throw new NotSupportedException();
    }
}
