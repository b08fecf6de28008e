using System.Buffers;
using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Executable;

/// <summary>Runs a plugin that is a program: once for each call, which it reads from its standard input. docs/executable-plugins.md is the description for authors.</summary>
internal sealed partial class ExecutableRunner : IPluginRunner
{
    /// <summary>The most bytes of an answer.</summary>
    public const int LargestAnswer = 16 << 20;

    /// <summary>How many characters of what the program wrote last to its standard error are told to the administrator.</summary>
    private const int LastWords = 500;

    /// <summary>How long the streams may stay open after the program has ended, held by processes that it left behind.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private readonly RunnerSettings _settings;
    private readonly IProcessLauncher _launcher;
    private readonly PluginLog _pluginLog;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _unload = new();
    private int _running;

    public ExecutableRunner(RunnerSettings settings, IProcessLauncher launcher, TimeProvider time, ILoggerFactory loggers)
    {
        _settings = settings;
        _launcher = launcher;
        _time = time;
        _logger = loggers.CreateLogger<ExecutableRunner>();
        _pluginLog = new PluginLog(settings.Name, loggers.CreateLogger($"Plugin.{settings.Name}"), time);
    }

    public bool IsLoaded => Volatile.Read(ref _running) > 0;

    public CommandAbility? FindCommand(string command) => _settings.FindNamed(command);

    public CommandAbility? FindPolicy() => _settings.Policy;

    public async Task<PluginResult> RunAsync(PluginCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_unload.IsCancellationRequested, this);
        if (call.Kind == PluginWorkKind.Mode && !_settings.Modes.Contains(call.Mode))
        {
            return PluginResult.Processed($"The plugin {_settings.Name} has nothing to do then.");
        }

        Interlocked.Increment(ref _running);
        try
        {
            return await RunProgramAsync(call, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Ends what still runs.</summary>
    public async ValueTask DisposeAsync() => await _unload.CancelAsync();

    private async Task<PluginResult> RunProgramAsync(PluginCall call, CancellationToken cancellationToken)
    {
        var privateDirectory = Path.GetDirectoryName(call.Files.NewFile("result"))!;
        var what = Endings.Describe(call);
        await using var process = Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unload.Token);
        using var abandon = new CancellationTokenSource();
        var error = new PluginOutput(_pluginLog, LogLevel.Warning, "stderr");
        var answering = ReadAnswerAsync(process, abandon.Token);
        var streams = Task.WhenAll(
            answering,
            error.ReadAsync(process.Error, abandon.Token),
            WriteAsync(process, ExecutableCall.ToLine(call, _settings.Folder, privateDirectory), abandon.Token));

        await ((Task)process.Exited).WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var isStopped = !process.Exited.IsCompleted;
        var end = isStopped ? await process.EndAsync(_settings.Limits.KillGrace) : await process.Exited;
        using (var patience = new CancellationTokenSource(DrainTime, _time))
        {
            await streams.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await abandon.CancelAsync();
        await streams;
        _pluginLog.Flush();
        LogEnded(_settings.Name, what, process.Pid, Endings.Describe(end, _settings.Limits));
        if (isStopped)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new PluginFailedException($"The plugin {_settings.Name} did not finish {what}: it was unloaded.");
        }

        if (end is not { ExitCode: 0, OutOfMemory: false })
        {
            throw Failed(what, $"its program ended ({Endings.Describe(end, _settings.Limits)})", error.Tail);
        }

        return await answering is not { } answer
            ? throw Failed(what, string.Create(CultureInfo.InvariantCulture, $"its answer is longer than {LargestAnswer >> 20} MiB"), error.Tail)
            : ExecutableAnswer.Read(answer, privateDirectory, out var flaw)
                ?? throw Failed(what, $"its answer is not the JSON object it must be: {flaw}", error.Tail);
    }

    private IChildProcess Start()
    {
        try
        {
            return _launcher.Start(new ProcessOrder(_settings.Program!, [])
            {
                Name = _settings.Name,
                WithInput = true,
                Limits = _settings.Limits.OfProcess,
            });
        }
        catch (ProcessStartException failure)
        {
            throw new PluginLoadException(failure.Message, failure);
        }
    }

    private static async Task WriteAsync(IChildProcess process, ReadOnlyMemory<byte> call, CancellationToken abandon)
    {
        try
        {
            await using var input = process.Input!;
            await input.WriteAsync(call, abandon);
        }
        catch (IOException)
        {
            // EPIPE: a program need not read its call to the end.
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // The program has ended, and a child of it has the input and does not read it.
        }
    }

    /// <summary>Reads all that the program writes.</summary>
    /// <returns>It, or <see langword="null"/> when it was too much.</returns>
    private static async Task<ReadOnlyMemory<byte>?> ReadAnswerAsync(IChildProcess process, CancellationToken abandon)
    {
        var answer = new ArrayBufferWriter<byte>();
        var isTooLong = false;
        try
        {
            int count;
            while ((count = await process.Output.ReadAsync(answer.GetMemory(32 * 1024), abandon)) > 0)
            {
                // What is too much is read on all the same: the program's end is awaited, and it shall not stand still.
                isTooLong |= answer.WrittenCount + count > LargestAnswer;
                if (!isTooLong)
                {
                    answer.Advance(count);
                }
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Somebody whom the program left behind has the stream; what was read is the answer.
        }

        return isTooLong ? (ReadOnlyMemory<byte>?)null : answer.WrittenMemory;
    }

    private PluginFailedException Failed(string what, string reason, string lastWords)
    {
        if (lastWords.Length > LastWords)
        {
            lastWords = "[...] " + lastWords[^LastWords..];
        }

        var tail = lastWords.Length == 0 ? "" : $" The last it wrote to its standard error: {lastWords.ReplaceLineEndings(" | ")}";
        return new PluginFailedException($"The plugin {_settings.Name} failed while running {what}: {reason}.{tail}");
    }

    [LoggerMessage(1370, LogLevel.Debug, "[PLUGIN] {Plugin} {What}: process {Pid} has ended ({End})")]
    private partial void LogEnded(string plugin, string what, int pid, string end);
}
