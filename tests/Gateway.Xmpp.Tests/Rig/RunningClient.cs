using Ahenk.Gateway.Xmpp.Xmpp;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>A client that runs, its handler and what it has logged.</summary>
internal sealed class RunningClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string? _secret;
    private Task _run = Task.CompletedTask;
    private Task? _stopping;

    private RunningClient(XmppClient client, RecordingHandler handler, CapturingLogger<XmppClient> log, string? secret)
    {
        Client = client;
        Handler = handler;
        Log = log;
        _secret = secret;
    }

    public XmppClient Client { get; }

    public RecordingHandler Handler { get; }

    public CapturingLogger<XmppClient> Log { get; }

    public XmppStatus Status => Client.Status;

    public static RunningClient Start(
        XmppClientOptions options, RecordingHandler? handler = null, IStreamJournal? journal = null, TimeProvider? time = null, Random? random = null)
    {
        handler ??= new RecordingHandler();
        var log = new CapturingLogger<XmppClient>();
        var client = new XmppClient(options, handler, journal, time ?? TimeProvider.System, random ?? new Random(1), log);
        return Run(client, handler, log, (options.Credentials as XmppCredentials.Password)?.Secret);
    }

    public static RunningClient Run(XmppClient client, RecordingHandler handler, CapturingLogger<XmppClient> log, string? secret)
    {
        var running = new RunningClient(client, handler, log, secret);
        running._run = client.RunAsync(running._stop.Token);
        return running;
    }

    /// <summary>Waits for a status; the present one counts.</summary>
    public async Task<XmppStatus> WaitForStatusAsync(Func<XmppStatus, bool> wanted, string what)
    {
        var found = new TaskCompletionSource<XmppStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(XmppStatus status)
        {
            if (wanted(status))
            {
                found.TrySetResult(status);
            }
        }

        Client.StatusChanged += Look;
        try
        {
            Look(Client.Status);
            return await found.Task.Within(what);
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message}\nStatus: {Client.Status}\nLog:\n{LogText()}");
        }
        finally
        {
            Client.StatusChanged -= Look;
        }
    }

    /// <summary>
    /// The next session the handler hears of, once it stands: the handler hears of it before the client sends or shows anything of it.
    /// </summary>
    public async Task<XmppSession> NextSessionAsync(string what = "a session that stands")
    {
        var session = await Handler.NextSessionAsync(what);
        await Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within(what);
        return session;
    }

    public Task<XmppStatus> WaitForFailureAsync(XmppFailureKind kind) =>
        WaitForStatusAsync(status => status.LastFailure?.Kind == kind, $"a failure of the kind {kind}");

    public string LogText() => string.Join('\n', Log.Lines.Select(line => $"{line.Level} {line.Text}"));

    /// <summary>Tells the client to stop and returns when it has; no log line may hold the password.</summary>
    public Task StopAsync() => _stopping ??= StopOnceAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task StopOnceAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run.WaitAsync(Waiting.Limit);
        }
        catch (OperationCanceledException) when (_run.IsCanceled)
        {
            // Whether a stopped client completes or is cancelled is its own choice.
        }

        await Client.DisposeAsync();
        if (_secret is { Length: > 0 } secret)
        {
            Assert.DoesNotContain(Log.Lines, line => line.Text.Contains(secret, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(Log.Lines, line => line.Level == LogLevel.Critical);
    }
}
