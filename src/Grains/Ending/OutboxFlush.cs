using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Ending;

/// <summary>Lets the outbox go out before the connection is closed. What stays is sent after the next start, so nothing is lost, only late.</summary>
public sealed partial class OutboxFlush(
    IOutbox outbox, IDatabaseProbe database, IConnectionWatch connection, IServiceManager manager, TimeProvider time, ILogger<OutboxFlush> logger)
{
    /// <summary>For Lider's receipts once the server has all of it: a row without one is sent again later.</summary>
    private static readonly TimeSpan ReceiptTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until all is sent, or there is no session, or the time is over. Throws nothing.</summary>
    public async Task RunAsync(TimeSpan most)
    {
        try
        {
            // Answers are stored just after their plugins' work has ended.
            await database.WriteAsync().WaitAsync(most, time);
            await WaitAsync(most);
        }
        catch (Exception failure) when (failure is StorageException or TimeoutException)
        {
            LogNotRead(failure);
        }
    }

    private async Task WaitAsync(TimeSpan most)
    {
        var began = time.GetTimestamp();
        long? deliveredAt = null;
        while (true)
        {
            var figures = await outbox.ReadFiguresAsync();
            var left = figures.Pending + figures.Unconfirmed;
            if (left == 0)
            {
                LogEmpty();
                return;
            }

            var state = connection.Current;
            var isDelivered = state is { IsOnline: true, Unacknowledged: 0 } && !await IsPending(most - time.GetElapsedTime(began));
            deliveredAt = isDelivered ? deliveredAt ?? time.GetTimestamp() : null;
            if (!state.IsOnline || time.GetElapsedTime(began) >= most || (deliveredAt is { } at && time.GetElapsedTime(at) >= ReceiptTime))
            {
                LogLeft(left, isDelivered ? "the server has them, Lider has not confirmed them" : state.IsOnline ? "the time is over" : "there is no connection");
                return;
            }

            manager.Tell($"Stopping: {left} messages are on their way to Lider");
            await Task.Delay(Step, time);
        }
    }

    /// <summary>Whether something is still to be sent that becomes due in time.</summary>
    private async Task<bool> IsPending(TimeSpan rest) => await outbox.NextDueAsync() is { } due && due <= time.GetUtcNow() + rest;

    [LoggerMessage(3926, LogLevel.Information, "[AHENK] Lider has all messages of the outbox")]
    private partial void LogEmpty();

    [LoggerMessage(3927, LogLevel.Information, "[AHENK] {Count} messages stay in the outbox and are sent after the next start: {Reason}")]
    private partial void LogLeft(int count, string reason);

    [LoggerMessage(3928, LogLevel.Error, "[AHENK] The outbox cannot be read or written; what is in it is sent after the next start")]
    private partial void LogNotRead(Exception failure);
}
