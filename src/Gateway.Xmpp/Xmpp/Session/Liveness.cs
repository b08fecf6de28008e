using Ahenk.Gateway.Xmpp.Xmpp.Wire;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>
/// Finds a dead connection: silence, then a ping (XEP-0199), then silence. Anything heard is a sign of life, and so is a write that had
/// to wait and went on. A server that a slow link or a traffic shaper holds back (LP 1.10: 1,000 bytes a second) reads what
/// was written before the ping first: it is given that time.
/// </summary>
internal sealed class Liveness(
    XmppClientOptions options, TrafficMeter meter, TimeProvider time, Func<bool> isHeldOnPurpose, Func<CancellationToken, ValueTask> ping)
{
    private const int FreeBytes = 4 * 1024;
    private const int SlowestBytesPerSecond = 1000;

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    /// <summary>Watches until the connection is found dead.</summary>
    /// <exception cref="StreamFailureException">It is dead.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var silence = isHeldOnPurpose() ? TimeSpan.Zero : time.GetElapsedTime(meter.HeardAt);
            if (silence < options.PingAfter)
            {
                await WaitAsync(options.PingAfter - silence, cancellationToken);
                continue;
            }

            await AskAsync(cancellationToken);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var heardBefore = meter.HeardAt;
        var askedAt = time.GetTimestamp();
        var patience = options.PingTimeout + Backlog();
        await ping(cancellationToken);
        while (meter.HeardAt == heardBefore && !isHeldOnPurpose())
        {
            var waited = time.GetElapsedTime(Math.Max(askedAt, meter.ProgressAt));
            if (waited >= patience)
            {
                throw new StreamFailureException(
                    XmppFailureKind.TimedOut,
                    $"Nothing was heard from the server for {(int)options.PingAfter.TotalSeconds} s, and a ping was not answered within {(int)patience.TotalSeconds} s.");
            }

            await WaitAsync(patience - waited, cancellationToken);
        }
    }

    private TimeSpan Backlog()
    {
        // The server is asked for acknowledgements so often that no more than this lies between two of its answers.
        var bytes = Math.Min(meter.WrittenSinceHeard, options.MaxOutgoingStanzaBytes + SendQueue.AskEveryBytes) - FreeBytes;
        return bytes <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)bytes / SlowestBytesPerSecond);
    }

    private Task WaitAsync(TimeSpan span, CancellationToken cancellationToken) => Task.Delay(span < Least ? Least : span, time, cancellationToken);
}
