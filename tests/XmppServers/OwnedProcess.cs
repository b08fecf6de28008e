using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Ahenk.XmppServers;

/// <summary>A child process that the kernel kills when this process dies, however it dies.</summary>
public sealed class OwnedProcess
{
    private const int SignalTerminate = 15;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;

    private readonly Process _process;
    private readonly StringBuilder _output;

    private OwnedProcess(Process process, StringBuilder output, Task exited)
    {
        _process = process;
        _output = output;
        Exited = exited;
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Completes when the process is gone and has been waited for.</summary>
    public Task Exited { get; }

    /// <summary>The exit code, once the process is gone; 128 + N when signal N ended it.</summary>
    public Task<int> ExitCode => ReadExitCodeAsync();

    /// <summary>What it has written to standard output and error so far; for error messages.</summary>
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

    /// <summary>Starts a program.</summary>
    /// <exception cref="XmppServerException"><c>setpriv</c> is missing.</exception>
    public static async Task<OwnedProcess> StartAsync(
        IEnumerable<string> command, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        var info = new ProcessStartInfo("setpriv")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] ownership = ["--pdeathsig", "KILL", "--"];
        foreach (var argument in ownership.Concat(command))
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        var started = new TaskCompletionSource<OwnedProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // PR_SET_PDEATHSIG watches the thread that forked, not the process: a pool thread that retires would take the server with
        // it. This thread lives exactly as long as the child.
        var thread = new Thread(() => Run(info, started, exited)) { IsBackground = true, Name = "owner of a test server" };
        thread.Start();
        return await started.Task;
    }

    /// <summary>Asks it to end.</summary>
    public void Terminate()
    {
        if (!Exited.IsCompleted)
        {
            _ = Kill(_process.Id, SignalTerminate);
        }
    }

    /// <summary>Stops it where it stands (SIGSTOP), or lets it go on (SIGCONT).</summary>
    public void SetFrozen(bool isFrozen) => _ = Kill(_process.Id, isFrozen ? SignalStop : SignalContinue);

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill();
        }
    }

    private async Task<int> ReadExitCodeAsync()
    {
        await Exited;
        return _process.ExitCode;
    }

    private static void Run(ProcessStartInfo info, TaskCompletionSource<OwnedProcess> started, TaskCompletionSource exited)
    {
        var output = new StringBuilder();
        var process = new Process { StartInfo = info };
        void Append(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            started.SetException(new XmppServerException("'setpriv' could not be started; it is in Debian's package util-linux.", missing));
            return;
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        started.SetResult(new OwnedProcess(process, output, exited.Task));
        process.WaitForExit(Timeout.InfiniteTimeSpan);
        exited.SetResult();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
