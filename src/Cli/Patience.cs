namespace Ahenk.Cli;

/// <summary>
/// How long a call waits for its answer. The kernel takes connections for a daemon that hangs or is stopped, so that without a limit nothing would ever tell it from a busy one.
/// </summary>
/// <param name="Time">What tells the time.</param>
/// <param name="Limit">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
internal sealed record Patience(TimeProvider Time, TimeSpan Limit)
{
    /// <summary>A daemon answers within milliseconds; a machine that swaps takes seconds.</summary>
    private static readonly TimeSpan ForAnswers = TimeSpan.FromSeconds(30);

    /// <summary>They wait by nature: for Lider, for a task's end, for plugins that are ended and started.</summary>
    private static readonly HashSet<string> Waiting = ["register", "unregister", "task_wait", "load", "reload", "remove"];

    /// <summary>That of a method.</summary>
    public static Patience Of(string method, TimeProvider time) => new(time, Waiting.Contains(method) ? Timeout.InfiniteTimeSpan : ForAnswers);

    /// <summary>Carries a call out.</summary>
    /// <exception cref="SilentDaemon">It has taken too long.</exception>
    public async Task<T> KeepAsync<T>(string socketPath, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SilentDaemon(socketPath, Limit);
        }
    }
}

/// <summary>The daemon is there and does not answer.</summary>
internal sealed class SilentDaemon(string socketPath, TimeSpan waited) : ControlFailure(ExitCodes.NotRunning, Words.Say(
    $"The daemon has taken the call at {socketPath} and not answered within {waited.TotalSeconds:0} s: it hangs, is stopped, or the machine is very busy. 'ahenk doctor' looks for the reason without it.",
    $"Hizmet {socketPath} üzerindeki çağrıyı aldı ama {waited.TotalSeconds:0} saniye içinde yanıt vermedi: takılmış, durdurulmuş ya da bilgisayar çok yüklü. 'ahenk doctor' nedenini onsuz arar."));
