using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests;

/// <summary>The real host process of one plugin, with the test as its daemon at the other end of descriptor 3.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    /// <summary>Takes the place of the daemon's socketpair: connects, puts the socket where it is expected, and becomes the host.</summary>
    private const string Launcher = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX)
        s.connect(sys.argv[1])
        os.dup2(s.fileno(), 3)
        os.set_inheritable(3, True)
        os.execvp(sys.argv[2], sys.argv[2:])
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly StringBuilder _output = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _results = new();
    private readonly TaskCompletionSource<JsonObject> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private int _lastId;

    private HostProcess(Process process, Socket socket)
    {
        _process = process;
        _socket = socket;
        _stream = new NetworkStream(socket);
        _reading = ReadAsync();
    }

    /// <summary>Answers the host's requests: a value, or an exception whose message is the refusal.</summary>
    public Func<string, JsonObject, JsonNode?> Answer { get; set; } = (_, _) => null;

    public ConcurrentQueue<(string Method, JsonObject Parameters)> Requests { get; } = new();

    /// <summary>Log lines as <c>level: message</c>.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Ids of the results in the order in which they came.</summary>
    public ConcurrentQueue<int> ResultIds { get; } = new();

    public Task<JsonObject> Ready => _ready.Task.WaitAsync(Limit);

    public int Pid => _process.Id;

    /// <summary>What came on standard output and standard error; complete when the process has ended.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static async Task<HostProcess> StartAsync(string pluginFolder, HostFolders folders)
    {
        var address = Path.Combine(folders.Root, Path.GetRandomFileName());
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(address));
        listener.Listen(1);
        var process = Start(
            ["-c", Launcher, address, Repository.Python, "-I", "-B", Repository.Host, pluginFolder], folders.Environment(pluginFolder));
        using var limit = new CancellationTokenSource(Limit);
        var socket = await listener.AcceptAsync(limit.Token);
        File.Delete(address);
        var host = new HostProcess(process, socket);
        process.OutputDataReceived += host.TakeOutput;
        process.ErrorDataReceived += host.TakeOutput;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Runs Python to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        using var process = Start(arguments, environment);
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Sends a call and waits for its result; the fields that are not given have the protocol's plain values.</summary>
    public Task<JsonObject> CallAsync(JsonObject call) => BeginCall(call).Result;

    /// <summary>Sends a call; the task is its result.</summary>
    public (int Id, Task<JsonObject> Result) BeginCall(JsonObject call)
    {
        var id = Interlocked.Increment(ref _lastId);
        var message = new JsonObject
        {
            ["op"] = "call",
            ["id"] = id,
            ["kind"] = "command",
            ["parameters"] = new JsonObject(),
            ["task_id"] = 4200 + id,
            ["user"] = null,
            ["policy_version"] = null,
            ["execution_id"] = null,
            ["file_server"] = null,
            ["agent"] = new JsonObject
            {
                ["uid"] = "pc-01",
                ["password"] = "6f1c",
                ["dn"] = "cn=pc-01,ou=Ahenkler,dc=liderahenk,dc=org",
                ["registered"] = true,
                ["params"] = null,
            },
            ["sessions"] = new JsonArray(),
        };
        foreach (var (name, value) in call)
        {
            message[name] = value?.DeepClone();
        }

        var result = _results.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        var sent = SendAsync(message);
        return (id, AwaitAsync());

        async Task<JsonObject> AwaitAsync()
        {
            await sent;
            return await result.Task.WaitAsync(Limit);
        }
    }

    public Task<JsonObject> CommandAsync(string command, JsonObject? parameters = null) =>
        CallAsync(new JsonObject { ["command"] = command, ["parameters"] = parameters ?? [] });

    public Task<JsonObject> ModeAsync(string mode, string? user = null) =>
        CallAsync(new JsonObject { ["kind"] = "mode", ["mode"] = mode, ["user"] = user });

    public async Task SendAsync(JsonObject message)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(message.ToJsonString() + "\n"));
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Closes the daemon's end.</summary>
    public void Close() => _socket.Shutdown(SocketShutdown.Both);

    /// <summary>Waits until the process has ended and all that it said was read.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Limit);
        await _reading.WaitAsync(Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await EndAsync();
        await _stream.DisposeAsync();
        _socket.Dispose();
        _process.Dispose();
        _writing.Dispose();
    }

    private static Process Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Repository.Python, arguments)
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private async Task ReadAsync()
    {
        var failure = new InvalidOperationException("The host closed the connection.");
        try
        {
            using var reader = new StreamReader(_stream, new UTF8Encoding(false, throwOnInvalidBytes: true), false, 65536, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                await TakeAsync(JsonNode.Parse(line)!.AsObject());
            }
        }
        catch (IOException broken)
        {
            failure = new InvalidOperationException("The host's connection broke.", broken);
        }

        _ready.TrySetException(failure);
        foreach (var result in _results.Values)
        {
            result.TrySetException(failure);
        }
    }

    private async Task TakeAsync(JsonObject message)
    {
        switch ((string?)message["op"])
        {
            case "ready":
                _ready.SetResult(message);
                break;
            case "log":
                Log.Enqueue($"{message["level"]}: {message["message"]}");
                break;
            case "result":
                ResultIds.Enqueue((int)message["id"]!);
                _results[(int)message["id"]!].SetResult(message);
                break;
            case "request":
                await AnswerAsync(message);
                break;
            case var op:
                throw new InvalidOperationException($"The host said '{op}'.");
        }
    }

    private async Task AnswerAsync(JsonObject request)
    {
        var reply = new JsonObject { ["op"] = "reply", ["id"] = request["id"]!.DeepClone() };
        var (method, parameters) = ((string)request["method"]!, request["params"]!.AsObject());
        try
        {
            reply["value"] = Answer(method, parameters);
            reply["ok"] = true;
        }
        catch (RefusedException refusal)
        {
            reply["ok"] = false;
            reply["error"] = refusal.Message;
        }

        Requests.Enqueue((method, parameters));
        await SendAsync(reply);
    }

    private void TakeOutput(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}

/// <summary>The daemon refuses a request.</summary>
internal sealed class RefusedException(string message) : Exception(message);
