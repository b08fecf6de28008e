using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Carries the outbox to Lider, in order, whenever there is a session.</summary>
internal sealed partial class OutboxPump(IOutbox outbox, IXmppClient client, Jid lider, TimeProvider time, ILogger logger)
{
    private const int BatchRows = 256;
    private static readonly TimeSpan TooLargeRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(5);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await client.WaitForSessionAsync(cancellationToken);
                if (!await SendDue(cancellationToken))
                {
                    await WaitForWork(cancellationToken);
                }
            }
            catch (StorageException failure)
            {
                LogStorage(failure, StorageRetry.TotalSeconds);
                await Task.Delay(StorageRetry, time, cancellationToken);
            }
        }
    }

    private async Task<bool> SendDue(CancellationToken cancellationToken)
    {
        var session = client.Status.OnlineSince;
        var rows = await outbox.ReadDueAsync(time.GetUtcNow(), BatchRows);
        if (rows.Count == 0)
        {
            return false;
        }

        if (session is null || session != client.Status.OnlineSince)
        {
            // A new session began meanwhile: rows that its client sends again by itself may have been among those read.
            return true;
        }

        var messages = new OutgoingMessage[rows.Count];
        for (var index = 0; index < messages.Length; index++)
        {
            var row = rows[index];
            messages[index] = new OutgoingMessage(row.StanzaId, lider, row.Body) { Tag = row.Id, RequestReceipt = true };
        }

        var outcomes = await client.SendAsync(messages, cancellationToken);
        for (var index = 0; index < messages.Length; index++)
        {
            if (outcomes[index] == SendOutcome.TooLarge)
            {
                // Answers are cut to the limit when they are stored: the limit has been lowered since.
                LogTooLarge(rows[index].StanzaId, TooLargeRetry.TotalHours);
                await outbox.ReturnAsync(rows[index].StanzaId, time.GetUtcNow() + TooLargeRetry);
            }
        }

        return true;
    }

    private async Task WaitForWork(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changed = outbox.WaitForChangeAsync(stop.Token);
        if (await outbox.NextDueAsync() is not { } due)
        {
            await changed;
            return;
        }

        if (due - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
        {
            await Task.WhenAny(changed, Task.Delay(wait, time, stop.Token));
        }

        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(2101, LogLevel.Error, "[OUTBOX] Message {StanzaId} is larger than [CONNECTION] max_stanza_kib allows; it is kept and tried again in {Hours} h")]
    private partial void LogTooLarge(string stanzaId, double hours);

    [LoggerMessage(2102, LogLevel.Error, "[OUTBOX] The outbox cannot be read or written; next attempt in {Seconds} s")]
    private partial void LogStorage(Exception failure, double seconds);
}
