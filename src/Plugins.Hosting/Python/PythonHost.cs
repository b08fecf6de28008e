using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>
/// One process of one plugin: <c>ahenk_host.py</c>, spoken to over its descriptor 3. Whatever it does, every call that was begun is answered: by the plugin, or by a
/// sentence that says how the process ended.
/// </summary>
internal sealed partial class PythonHost : IAsyncDisposable
{
    /// <summary>How long what the process wrote last may take to arrive, when somebody it left behind keeps its descriptors.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    private const int MaxRequests = 16;

    private readonly RunnerSettings _settings;
    private readonly IChildProcess _process;
    private readonly PythonRequestDesk _desk;
    private readonly PluginLog _pluginLog;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HostLines _lines;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, PythonRun> _runs = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _requesting = new(MaxRequests, MaxRequests);
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource<HostEnding> _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;
    private long _lastId;

    public PythonHost(RunnerSettings settings, IChildProcess process, PythonRequestDesk desk, PluginLog pluginLog, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _process = process;
        _desk = desk;
        _pluginLog = pluginLog;
        _time = time;
        _logger = logger;
        _lines = new HostLines(process.Channel!);
        Ended = Task.Run(SuperviseAsync);
    }

    /// <summary>Completes when the process is gone and all its calls are answered.</summary>
    public Task Ended { get; }

    /// <summary>Whether it takes calls.</summary>
    public bool IsUsable
    {
        get
        {
            lock (_gate)
            {
                return !_isClosed;
            }
        }
    }

    /// <summary>Notes a call, so that the process is not taken for idle.</summary>
    /// <returns>The call's run, or <see langword="null"/> when the process takes no more.</returns>
    public PythonRun? TryBegin(PluginCall call, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            var run = new PythonRun(++_lastId, call, cancellationToken);
            _runs.Add(run.Id, run);
            return run;
        }
    }

    /// <summary>Makes a call that was begun.</summary>
    /// <exception cref="PluginFailedException">The process ended before it answered.</exception>
    /// <exception cref="OperationCanceledException">The run's token was set; the process and its group are gone.</exception>
    public async Task<PythonAnswer> CallAsync(PythonRun run, PythonSurroundings surroundings)
    {
        // A thread of the plugin cannot be ended; its process can.
        await using var registration = run.Stop.Register(() => Close(HostEnding.Cancelled(_settings.Name, run)));
        await SendAsync(PythonMessages.Call(run.Id, run.Call, surroundings));
        return await run.Answer;
    }

    /// <summary>Whether the plugin has threads that go on after their calls were answered, as backups do.</summary>
    public bool IsAtWork
    {
        get
        {
            try
            {
                return Directory.GetDirectories($"/proc/{_process.Pid}/task").Length > 1;
            }
            catch (DirectoryNotFoundException)
            {
                // It has ended.
                return false;
            }
        }
    }

    /// <summary>Ends the process: at once when it still works on a call, else by asking it to leave. Completes when it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        bool isIdle;
        lock (_gate)
        {
            isIdle = !_isClosed && _runs.Count == 0;
            _isClosed |= isIdle;
        }

        if (isIdle)
        {
            using var patience = new CancellationTokenSource(_settings.Limits.KillGrace, _time);
            await SendAsync(PythonMessages.Exit, patience.Token);
            _closing.TrySetResult(HostEnding.Left);
        }
        else
        {
            Close(HostEnding.Unloaded(_settings.Name));
        }

        await Ended;
    }

    private void Close(HostEnding ending)
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        _closing.TrySetResult(ending);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> line, CancellationToken patience = default)
    {
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, patience);
            await _writing.WaitAsync(stop.Token);
            try
            {
                await _process.Channel!.WriteAsync(line, stop.Token);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody listens any more, and whoever waits for an answer is told so by the end of the process, which is awaited elsewhere.
            LogNotSent(_settings.Name, _process.Pid, failure.Message);
        }
    }

    private async Task SuperviseAsync()
    {
        try
        {
            await LiveAsync();
        }
        catch (Exception failure)
        {
            // The agent's own fault, whatever it is; the calls are answered all the same.
            LogLost(failure, _settings.Name, _process.Pid);
            Close(HostEnding.Lost(_settings.Name));
            FailRuns(await _closing.Task, default);
            await _over.CancelAsync();
            await _process.DisposeAsync();
        }
    }

    private async Task LiveAsync()
    {
        var output = new PluginOutput(_pluginLog, LogLevel.Information, "stdout");
        var error = new PluginOutput(_pluginLog, LogLevel.Warning, "stderr");
        using var abandon = new CancellationTokenSource();
        var streams = Task.WhenAll(output.ReadAsync(_process.Output, abandon.Token), error.ReadAsync(_process.Error, abandon.Token));
        var reading = ReadAsync();
        await Task.WhenAny(reading, _process.Exited, _closing.Task);

        // What the process said last may still be on its way, and so may the reason why it says no more.
        if (!_closing.Task.IsCompleted)
        {
            await Task.WhenAny(_closing.Task, reading.IsCompleted ? WithinAsync(_process.Exited, _settings.Limits.KillGrace) : WithinAsync(reading, DrainTime));
        }

        Close(_process.Exited.IsCompleted ? HostEnding.Died(_settings) : HostEnding.Silent(_settings.Name));
        var ending = await _closing.Task;
        if (ending == HostEnding.Left)
        {
            await WithinAsync(_process.Exited, _settings.Limits.KillGrace);
        }

        // What a plugin left running lives on when its host leaves, and goes with a host that has to be ended.
        var end = ending == HostEnding.Left && _process.Exited.IsCompleted ? await _process.Exited : await _process.EndAsync(_settings.Limits.KillGrace);
        FailRuns(ending, end);
        await WithinAsync(streams, DrainTime);
        await abandon.CancelAsync();
        await streams;
        _pluginLog.Flush();
        await _over.CancelAsync();
        await reading;
        await _process.DisposeAsync();
    }

    private void FailRuns(HostEnding ending, ProcessEnd end)
    {
        PythonRun[] left;
        lock (_gate)
        {
            left = [.. _runs.Values];
            _runs.Clear();
        }

        if (ending == HostEnding.Left)
        {
            LogLeft(_settings.Name, _process.Pid);
        }
        else
        {
            LogEnded(_settings.Name, _process.Pid, Endings.Describe(end, _settings.Limits), left.Length, ending.Reason);
        }

        foreach (var run in left)
        {
            run.Fail(ending.Explain(run.What, end));
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _lines.ReadAsync(_over.Token) is { } line)
            {
                await TakeAsync(HostMessage.Parse(line));
            }
        }
        catch (HostProtocolException flaw)
        {
            Close(HostEnding.Nonsense(_settings.Name, flaw.Message));
        }
        catch (IOException failure)
        {
            // The other end was closed with something unread in it.
            LogNotRead(_settings.Name, _process.Pid, failure.Message);
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The process is gone.
        }
    }

    private async Task TakeAsync(HostMessage message)
    {
        switch (message)
        {
            case HostReady ready:
                LogReady(_settings.Name, ready.Python, _process.Pid);
                break;
            case HostLog line:
                _pluginLog.Write(line.Level, "log", line.Message.Length <= PluginOutput.LineBytes ? line.Message : line.Message[..PluginOutput.LineBytes] + " [...]");
                break;
            case HostResult result:
                if (!TryTakeRun(result.Id, out var run))
                {
                    LogStray(_settings.Name, result.Id);
                }

                run?.Complete(result.Answer);
                break;
            case HostRequest request:
                await _requesting.WaitAsync(_over.Token);
                _ = ServeAsync(request);
                break;
        }
    }

    private bool TryTakeRun(long id, out PythonRun? run)
    {
        lock (_gate)
        {
            return _runs.Remove(id, out run);
        }
    }

    private async Task ServeAsync(HostRequest request)
    {
        try
        {
            PythonRun? run;
            lock (_gate)
            {
                run = request.Call is { } id ? _runs.GetValueOrDefault(id) : _runs.Count == 1 ? _runs.Values.First() : null;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, run?.Stop ?? CancellationToken.None);
            await SendAsync(await _desk.ServeAsync(request, run?.Call.Files, stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The run was cancelled or the process has ended: nobody waits for the reply.
        }
        finally
        {
            _requesting.Release();
        }
    }

    /// <summary>Waits for a task, but not for ever.</summary>
    private async Task WithinAsync(Task task, TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience, _time);
        await task.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
