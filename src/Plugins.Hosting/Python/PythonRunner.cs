using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>
/// Runs a plugin of the original agent (PL part 2) in a Python process of its own, which starts at the first call, stays for the next ones, and leaves when there
/// was nothing to do for a while.
/// </summary>
internal sealed partial class PythonRunner : IPluginRunner
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly RunnerSettings _settings;
    private readonly PythonOptions _options;
    private readonly IProcessLauncher _launcher;
    private readonly IPythonSurroundings _surroundings;
    private readonly PythonFolder _folder;
    private readonly PythonRequestDesk _desk;
    private readonly PluginLog _pluginLog;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _idle;
    private readonly Lock _gate = new();
    private PythonHost? _host;
    private int _running;
    private bool _isDisposed;

    public PythonRunner(
        RunnerSettings settings, PythonOptions options, IProcessLauncher launcher, IPluginRequests requests, IPythonSurroundings surroundings,
        TimeProvider time, ILoggerFactory loggers)
    {
        _settings = settings;
        _options = options;
        _launcher = launcher;
        _surroundings = surroundings;
        _time = time;
        _folder = new PythonFolder(settings);
        _logger = loggers.CreateLogger<PythonRunner>();
        _desk = new PythonRequestDesk(settings.Name, requests, _logger);
        _pluginLog = new PluginLog(settings.Name, loggers.CreateLogger($"Plugin.{settings.Name}"), time);
        _idle = time.CreateTimer(static runner => ((PythonRunner)runner!).LetGo(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsLoaded
    {
        get
        {
            lock (_gate)
            {
                return _host is { IsUsable: true };
            }
        }
    }

    public CommandAbility? FindCommand(string command) => _folder.FindCommand(command);

    public CommandAbility? FindPolicy() => _folder.FindPolicy();

    public async Task<PluginResult> RunAsync(PluginCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var isMode = call.Kind == PluginWorkKind.Mode;
        if (isMode && !_folder.HasMode(call.Mode))
        {
            // Most plugins have none of them: no process is started for that.
            return PluginResult.Processed($"The plugin {_settings.Name} has nothing to do then.");
        }

        var surroundings = await _surroundings.ReadAsync();
        var (host, run) = await BeginAsync(call, cancellationToken);
        try
        {
            var answer = await host.CallAsync(run, surroundings);
            return isMode ? ReadMode(run, answer) : await ReadAsync(run, answer, cancellationToken);
        }
        finally
        {
            Finish();
        }
    }

    public async ValueTask DisposeAsync()
    {
        PythonHost? host;
        lock (_gate)
        {
            _isDisposed = true;
            host = _host;
        }

        await _idle.DisposeAsync();
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    private async Task<(PythonHost Host, PythonRun Run)> BeginAsync(PluginCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task leaving;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (_host is null or { Ended.IsCompleted: true })
                {
                    _host = Start();
                }

                if (_host.TryBegin(call, cancellationToken) is { } run)
                {
                    _running++;
                    _idle.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    return (_host, run);
                }

                leaving = _host.Ended;
            }

            // There is never more than one process of a plugin.
            await leaving.WaitAsync(cancellationToken);
        }
    }

    private void Finish()
    {
        lock (_gate)
        {
            if (--_running == 0 && !_isDisposed)
            {
                _idle.Change(_settings.Limits.Idle, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void LetGo()
    {
        lock (_gate)
        {
            if (_running > 0 || _isDisposed || _host is not { IsUsable: true } host)
            {
                return;
            }

            if (host.IsAtWork)
            {
                _idle.Change(_settings.Limits.Idle, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _ = host.DisposeAsync().AsTask();
            }
        }
    }

    private PythonHost Start()
    {
        try
        {
            var process = _launcher.Start(new ProcessOrder(
                _options.Interpreter, ["-I", "-B", Path.Combine(_options.HostDirectory, "ahenk_host.py"), _settings.Folder])
            {
                Name = _settings.Name,
                WithChannel = true,
                Limits = _settings.Limits.OfProcess,
                Environment = new Dictionary<string, string>
                {
                    ["AHENK_PLUGIN_NAME"] = _settings.Name,
                    ["AHENK_STATE_DIR"] = MakeDirectory(_options.StateDirectory, _settings.Name),
                    ["AHENK_PRIVATE_DIR"] = MakeDirectory(_options.PrivateDirectory, $"python-{_settings.Name}"),
                    ["AHENK_CONFIG_FILE"] = _options.ConfigurationFile,
                    ["AHENK_PLUGINS_DIR"] = _options.PluginsDirectory,
                    ["AHENK_VERSION"] = _options.AgentVersion,
                },
            });
            return new PythonHost(_settings, process, _desk, _pluginLog, _time, _logger);
        }
        catch (Exception failure) when (failure is ProcessStartException or IOException or UnauthorizedAccessException)
        {
            throw new PluginLoadException(failure.Message, failure);
        }
    }

    private static string MakeDirectory(string parent, string name)
    {
        var path = Path.Combine(parent, name);
        Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    private PluginResult ReadMode(PythonRun run, PythonAnswer answer)
    {
        if (answer is { Error: { } error, IsMissing: false })
        {
            throw Failed(run, error, answer.Traceback);
        }

        return PluginResult.Processed($"{_settings.Name} has run {run.What}.");
    }

    private Task<PluginResult> ReadAsync(PythonRun run, PythonAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.IsMissing)
        {
            throw new PluginFailedException(run.Call.Kind == PluginWorkKind.Command
                ? $"The plugin {_settings.Name} has no command {run.What}: {Shorten(answer.Error ?? "its file is missing.")}"
                : $"The plugin {_settings.Name} has no policy: {Shorten(answer.Error ?? "its file is missing.")}");
        }

        return answer.Error is { } error
            ? throw Failed(run, error, answer.Traceback)
            : new PythonResults(_settings.Name, run.What, run.Call.Files).ReadAsync(answer, cancellationToken);
    }

    private PluginFailedException Failed(PythonRun run, string error, string? traceback)
    {
        LogRaised(_settings.Name, run.What, Shorten(traceback is { Length: > 0 } ? traceback : error, 16_000));

        // Where the limit is an rlimit, a program that reaches it is not ended: it is refused the memory and says so.
        var limit = error.StartsWith("MemoryError", StringComparison.Ordinal) && _settings.Limits.MemoryBytes is not null
            ? $" (out of memory: {Endings.MemoryLimit(_settings.Limits)})"
            : "";
        return new PluginFailedException($"The plugin {_settings.Name} failed while running {run.What}: {Shorten(error)}{limit}");
    }

    private static string Shorten(string text, int length = 1000) => text.Length <= length ? text : text[..length] + " [...]";

    [LoggerMessage(1354, LogLevel.Error, "[PLUGIN] {Plugin} {What} raised:\n{Traceback}")]
    private partial void LogRaised(string plugin, string what, string traceback);
}
