using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.XmppServers;

namespace Ahenk.TestSite;

/// <summary>The real daemon, in a directory of its own, as whoever runs the tests.</summary>
public sealed class AgentProcess : IAsyncDisposable
{
    /// <summary>Tests may run where SIGHUP is ignored, as under nohup, and a process that is started inherits that.</summary>
    private static readonly string[] HangupByDefault = ["env", "--default-signal=HUP"];

    private readonly Dictionary<(string Section, string Key), string> _settings = [];
    private OwnedProcess? _process;
    private readonly Dictionary<string, string?> _environment = [];
    private string? _ownDirectory;
    private (string Commands, bool WithoutNetwork)? _arrangement;

    /// <summary>Prepares a directory with configuration and plugins; nothing runs yet.</summary>
    public AgentProcess()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("ahenk-").FullName;
        ControlSocket = Path.Combine(Directory, "run", "control.sock");
        Plugins = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "plugins")).FullName;
        BuiltAgent.CopyPlugins(Plugins);
        Set("BASE", "statedir", Path.Combine(Directory, "state"));
        Set("BASE", "backupdir", BackupDirectory);
        Set("BASE", "rundir", Path.Combine(Directory, "run"));
        Set("BASE", "logfile", LogFile);
        Set("BASE", "auditlog", AuditFile);
        Set("PLUGIN", "pluginfolderpath", Plugins);
    }

    /// <summary>The daemon's program.</summary>
    public string Program { get; set; } = BuiltAgent.Daemon;

    /// <summary>Everything of this agent.</summary>
    public string Directory { get; }

    /// <summary>Its plugins.</summary>
    public string Plugins { get; }

    /// <summary>Its database.</summary>
    public string Database => Path.Combine(Directory, "state", "ahenk.db");

    /// <summary>What is kept of a state that was forgotten.</summary>
    public string BackupDirectory => Path.Combine(Directory, "backup");

    /// <summary>Its configuration.</summary>
    public string ConfigurationFile => Path.Combine(Directory, "ahenk.conf");

    /// <summary>Logins and logouts that it was not there to be told of.</summary>
    public string LoginSpool => Path.Combine(Directory, "run", "logins");

    /// <summary>Its control socket, where the configuration does not say otherwise.</summary>
    public string ControlSocket { get; set; }

    /// <summary>What it has logged.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    /// <summary>What it has noted in its audit log.</summary>
    public string Audit => File.Exists(AuditFile) ? File.ReadAllText(AuditFile) : "";

    /// <summary>What the running process has written to its output.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>The running process.</summary>
    public int ProcessId => Running.Id;

    /// <summary>Completes with its exit code when the process is gone.</summary>
    public Task<int> Exited => Running.ExitCode;

    private string AuditFile => Path.Combine(Directory, "audit.log");

    private string LogFile => Path.Combine(Directory, "ahenk.log");

    private OwnedProcess Running => _process ?? throw new InvalidOperationException("The agent has not been started.");

    /// <summary>Sets a key of ahenk.conf; takes effect at the next start.</summary>
    public AgentProcess Set(string section, string key, string value)
    {
        _settings[(section, key)] = value;
        return this;
    }

    /// <summary>
    /// Gives the daemon an empty directory of its own, with one directory in it, in place of one of the machine's (a mount namespace; root only): what it writes
    /// there is seen by nobody but <see cref="OwnFile"/>. Takes effect at the next start, and each start begins with an empty one.
    /// </summary>
    public AgentProcess HideDirectory(string directory, string inside)
    {
        _ownDirectory = Path.Combine(directory, inside);
        return this;
    }

    /// <summary>
    /// Runs shell commands before the daemon in a mount namespace of its own, and in a network namespace without interfaces if wished (root only): what they mount is
    /// seen by nobody else. Takes effect at the next start; <see langword="null"/>: nothing is arranged any more.
    /// </summary>
    public AgentProcess Arrange(string? commands, bool withoutNetwork = false)
    {
        _arrangement = commands is null ? null : (commands, withoutNetwork);
        return this;
    }

    /// <summary>Sets a variable of the daemon's environment; takes effect at the next start.</summary>
    public AgentProcess SetVariable(string name, string? value)
    {
        _environment[name] = value;
        return this;
    }

    /// <summary>Empties the configuration; takes effect at the next start.</summary>
    public AgentProcess ForgetSettings()
    {
        _settings.Clear();
        return this;
    }

    /// <summary>A file as the running daemon sees it.</summary>
    public string OwnFile(string path) => $"/proc/{ProcessId}/root{path}";

    /// <summary>Names the directory user who vouches for the machine.</summary>
    public AgentProcess RegisterAs(string user, string password)
    {
        var file = Path.Combine(Directory, "registration");
        File.WriteAllText(file, $"{user}\n{password}\n");
        return Set("CONNECTION", "registration_credential_file", file);
    }

    /// <summary>Writes the configuration, for whatever reads it before the daemon does.</summary>
    public async Task WriteConfigurationAsync()
    {
        var text = new StringBuilder();
        foreach (var section in _settings.GroupBy(setting => setting.Key.Section))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"[{section.Key}]");
            foreach (var ((_, key), value) in section)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{key} = {value}");
            }
        }

        await File.WriteAllTextAsync(ConfigurationFile, text.ToString());
    }

    /// <summary>Starts the daemon.</summary>
    public async Task StartAsync()
    {
        await WriteConfigurationAsync();
        var environment = new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0" };
        BuiltAgent.AddRuntime(environment);
        foreach (var (name, value) in _environment.Where(variable => variable.Value is not null))
        {
            environment[name] = value;
        }

        string[] prefix = _arrangement is { } arrangement
            ? ["unshare", "--mount", .. arrangement.WithoutNetwork ? (string[])["--net"] : [], "sh", "-ec", arrangement.Commands + "\nexec \"$@\"", "sh"]
            : _ownDirectory is null ? []
            : ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none \"$1\" && mkdir \"$2\" && shift 2 && exec \"$@\"", "sh", Path.GetDirectoryName(_ownDirectory)!, _ownDirectory];
        _process = await OwnedProcess.StartAsync(
            [.. prefix, .. HangupByDefault, Program, "--config", ConfigurationFile], "/", environment.ToDictionary(entry => entry.Key, entry => entry.Value!));
    }

    /// <summary>Kills the daemon (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await Running.Exited;
    }

    /// <summary>Stops the daemon where it stands (SIGSTOP): it is there and does nothing.</summary>
    public void Freeze() => Running.SetFrozen(true);

    /// <summary>Lets the frozen daemon go on.</summary>
    public void Thaw() => Running.SetFrozen(false);

    /// <summary>Ends the daemon in order (SIGTERM).</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        Running.Terminate();
        await Running.Exited;
        return await Running.ExitCode;
    }

    /// <summary>Calls the control socket.</summary>
    /// <exception cref="SocketException">Nobody listens.</exception>
    public async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null, CancellationToken cancellationToken = default)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 7, ["method"] = method, ["params"] = parameters ?? [] };
        return await SendLineAsync(request.ToJsonString(), cancellationToken) ?? throw new IOException("The daemon closed the connection.");
    }

    /// <summary>Sends a line to the control socket.</summary>
    /// <returns>The answer; <see langword="null"/> when the connection was closed instead.</returns>
    public async Task<JsonNode?> SendLineAsync(string line, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket), cancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);
            return await reader.ReadLineAsync(cancellationToken) is { } answer ? JsonNode.Parse(answer) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Waits until the daemon's status is as wished; a daemon that is gone is an error at once.</summary>
    public async Task<JsonNode> WaitForStatusAsync(Func<JsonNode, bool> condition, string what, TimeSpan timeout, CancellationToken cancellationToken)
    {
        JsonNode? last = null;
        return await WaitForAsync(
            async token => (last = (await CallAsync("status", cancellationToken: token))["result"]) is { } status && condition(status) ? status : null,
            what,
            () => last,
            timeout,
            cancellationToken);
    }

    /// <summary>Waits until the daemon has written something to its output, which it does before its control socket is there; a daemon that is gone is an error at once.</summary>
    public async Task WaitForOutputAsync(string text, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (Running.Exited.IsCompleted || limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {timeout.TotalSeconds} s for the output '{text}'.\n{Output}");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>Waits until the daemon's list of plugins is as wished.</summary>
    public Task WaitForPluginsAsync(Func<JsonArray, bool> condition, string what, TimeSpan timeout, CancellationToken cancellationToken)
    {
        JsonArray? last = null;
        return WaitForAsync(
            async token => (last = (await CallAsync("plugins", cancellationToken: token))["result"]?.AsArray()) is { } plugins && condition(plugins) ? plugins : null,
            what,
            () => last,
            timeout,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { Exited.IsCompleted: false })
        {
            await KillAsync();
        }

        if (Environment.GetEnvironmentVariable("AHENK_TEST_KEEP") is null)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private async Task<JsonNode> WaitForAsync(
        Func<CancellationToken, Task<JsonNode?>> ask, string what, Func<JsonNode?> last, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        while (!limit.IsCancellationRequested)
        {
            if (Running.Exited.IsCompleted)
            {
                throw new InvalidOperationException($"The agent ended while it was waited for '{what}'.\n{Output}");
            }

            try
            {
                if (await ask(limit.Token) is { } found)
                {
                    return found;
                }
            }
            catch (Exception absent) when (absent is SocketException or IOException or OperationCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(20, cancellationToken);
        }

        throw new TimeoutException($"Waited {timeout.TotalSeconds} s for '{what}'; last answer: {last()?.ToJsonString()}\n{Output}");
    }
}
