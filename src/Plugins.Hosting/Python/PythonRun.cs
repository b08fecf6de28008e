using Ahenk.Plugins.Hosting.Processes;

namespace Ahenk.Plugins.Hosting.Python;

/// <summary>A call that a Python process has been given.</summary>
internal sealed class PythonRun(long id, PluginCall call, CancellationToken stop)
{
    private readonly TaskCompletionSource<PythonAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Its number in the protocol.</summary>
    public long Id => id;

    /// <summary>What was asked.</summary>
    public PluginCall Call => call;

    /// <summary>What was asked, for sentences.</summary>
    public string What { get; } = Endings.Describe(call);

    /// <summary>Set when it is to end.</summary>
    public CancellationToken Stop => stop;

    /// <summary>Completes when it is answered; fails when it never will be.</summary>
    public Task<PythonAnswer> Answer => _answer.Task;

    /// <summary>The plugin has answered.</summary>
    public void Complete(PythonAnswer answer) => _answer.TrySetResult(answer);

    /// <summary>The process is gone.</summary>
    public void Fail(string reason)
    {
        if (stop.IsCancellationRequested)
        {
            _answer.TrySetCanceled(stop);
        }
        else
        {
            _answer.TrySetException(new PluginFailedException(reason));
        }
    }
}
