using System.Threading.Channels;

namespace Ahenk.Gateway.Xmpp.Xmpp.Session;

/// <summary>
/// What the server has sent on one connection and how much of it is handled. An acknowledgement is only ever the end of an unbroken
/// row of completed tasks, so that it means "stored" (XEP-0198 4). <see cref="WaitForRoomAsync"/>, <see cref="Arrived"/> and
/// <see cref="AcknowledgeAsync"/> belong to the reading loop.
/// </summary>
internal sealed class InboundWindow(long handled, int size, Func<long, ValueTask> acknowledge)
{
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private TaskCompletionSource? _roomMade;
    private int _held;
    private long _arrived = handled;
    private long _handled = handled;
    private long _requestedAt = -1;
    private int _open;
    private bool _failed;

    private readonly record struct Entry(long Sequence, Task Work, bool AckRequested, bool HoldsRoom);

    /// <summary>How many have been handled without a gap. May be read from anywhere.</summary>
    public long Handled => Volatile.Read(ref _handled);

    /// <summary>Whether everything that arrived has been handled.</summary>
    public bool IsSettled => Volatile.Read(ref _open) == 0 && !Volatile.Read(ref _failed);

    /// <summary>Whether there is room for another stanza at once.</summary>
    public bool HasRoom => Volatile.Read(ref _held) < size;

    /// <summary>Waits until there is room for another stanza.</summary>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (!HasRoom)
        {
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _roomMade, made);
            if (HasRoom)
            {
                return;
            }

            await made.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The number the next stanza gets.</summary>
    public long NextSequence => _arrived + 1;

    /// <summary>A stanza came; <see cref="WaitForRoomAsync"/> made room for it.</summary>
    public void Arrived(Task work, bool counts)
    {
        var sequence = counts ? ++_arrived : _arrived;
        if (Volatile.Read(ref _open) == 0 && work.IsCompletedSuccessfully)
        {
            Volatile.Write(ref _handled, sequence);
            return;
        }

        Interlocked.Increment(ref _held);
        Add(new Entry(sequence, work, false, true));
    }

    /// <summary>The server asks for an acknowledgement: it gets one when all that came before has been handled.</summary>
    public ValueTask AcknowledgeAsync()
    {
        if (IsSettled)
        {
            return acknowledge(_handled);
        }

        // A server that repeats itself gets one answer: the row stays as short as the window.
        if (_requestedAt != _arrived)
        {
            _requestedAt = _arrived;
            Add(new Entry(_arrived, Task.CompletedTask, true, false));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Nothing comes any more: <see cref="SettleAsync"/> ends once it has settled what came.</summary>
    public void Complete() => _entries.Writer.TryComplete();

    /// <summary>Settles in order of arrival until <see cref="Complete"/>. Throws what a stanza's task throws, and settles nothing behind it.</summary>
    public async Task SettleAsync()
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await entry.Work;
            }
            catch
            {
                Volatile.Write(ref _failed, true);
                throw;
            }

            Volatile.Write(ref _handled, entry.Sequence);
            Interlocked.Decrement(ref _open);
            if (entry.HoldsRoom)
            {
                Interlocked.Decrement(ref _held);
                Interlocked.Exchange(ref _roomMade, null)?.TrySetResult();
            }

            if (entry.AckRequested)
            {
                await acknowledge(entry.Sequence);
            }
        }
    }

    private void Add(Entry entry)
    {
        Interlocked.Increment(ref _open);
        _entries.Writer.TryWrite(entry);
    }
}
