namespace Ahenk.Gateway.Xmpp.Xmpp.Wire;

/// <summary>
/// The writing side of a session. Whoever has something to send posts it and never waits for the network under a lock; one loop writes
/// everything that has been posted meanwhile with few writes. So a reader that answers is never held up by a peer that does not read.
/// </summary>
/// <remarks>
/// What was posted together is written together wherever it fits one TLS record: a process that is killed between two writes then leaves whole stanzas
/// behind. Prosody 0.12 goes on feeding the half stanza of a lost connection after the stream was resumed, and is deaf from then on.
/// </remarks>
internal sealed class StreamOutput : IDisposable
{
    /// <summary>Below the 16,384 bytes of a TLS record and the 8,192 that Prosody reads at once, so that a record is read whole or not at all.</summary>
    private const int RecordBytes = 8_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _posted = new(0, 1);
    private OutgoingBuffer _filling = new();
    private OutgoingBuffer _writing = new();
    private List<int> _fillingEnds = [];
    private List<int> _writingEnds = [];
    private TaskCompletionSource<bool> _written = NewSource();
    private bool _ended;

    /// <summary>Bytes posted and not yet taken by the loop.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _filling.Length;
            }
        }
    }

    /// <summary>Leaves bytes to be written; never none, since nobody would write those.</summary>
    /// <returns>Completes when they were written (<see langword="true"/>) or never will be (<see langword="false"/>).</returns>
    public Task<bool> Post(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return Task.FromResult(false);
            }

            if (_filling.Length == 0)
            {
                _posted.Release();
            }

            _filling.Raw(bytes);
            _fillingEnds.Add(_filling.Length);
            return _written.Task;
        }
    }

    /// <summary>Writes until it is cancelled or the connection fails.</summary>
    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool>? current = null;
        try
        {
            while (true)
            {
                await _posted.WaitAsync(cancellationToken);
                lock (_gate)
                {
                    (_filling, _writing) = (_writing, _filling);
                    (_fillingEnds, _writingEnds) = (_writingEnds, _fillingEnds);
                    current = _written;
                    _written = NewSource();
                }

                await WriteRecordsAsync(stream, cancellationToken);
                _writing.Clear();
                _writingEnds.Clear();
                current.SetResult(true);
                current = null;
            }
        }
        finally
        {
            lock (_gate)
            {
                _ended = true;
                current?.SetResult(false);
                _written.TrySetResult(false);
            }
        }
    }

    private async ValueTask WriteRecordsAsync(Stream stream, CancellationToken cancellationToken)
    {
        var (start, end) = (0, 0);
        foreach (var next in _writingEnds)
        {
            if (next - start > RecordBytes && end > start)
            {
                await stream.WriteAsync(_writing.Written[start..end], cancellationToken);
                start = end;
            }

            end = next;
        }

        await stream.WriteAsync(_writing.Written[start..end], cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _written.TrySetResult(false);
        }

        _filling.Dispose();
        _writing.Dispose();
        _posted.Dispose();
    }

    private static TaskCompletionSource<bool> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
