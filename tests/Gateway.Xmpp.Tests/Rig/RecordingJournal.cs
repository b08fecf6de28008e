using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>A journal in memory that a second client can be given, as a restarted process is given the database.</summary>
internal sealed class RecordingJournal : IStreamJournal
{
    private readonly List<string> _calls = [];

    /// <summary>What <see cref="LoadAsync"/> gives.</summary>
    public StreamState? State { get; set; }

    /// <summary>Runs inside <see cref="SendingAsync"/>.</summary>
    public Func<IReadOnlyList<SentMark>, Task> Sending { get; set; } = _ => Task.CompletedTask;

    /// <summary>The calls so far, one line each.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_calls)
            {
                return [.. _calls];
            }
        }
    }

    public ValueTask<StreamState?> LoadAsync(CancellationToken cancellationToken)
    {
        Note("load");
        return ValueTask.FromResult(State);
    }

    public ValueTask EstablishedAsync(StreamState state, CancellationToken cancellationToken)
    {
        State = state;
        Note($"established {state.StreamId}");
        return ValueTask.CompletedTask;
    }

    public ValueTask EndedAsync(CancellationToken cancellationToken)
    {
        State = null;
        Note("ended");
        return ValueTask.CompletedTask;
    }

    public async ValueTask SendingAsync(string? streamId, IReadOnlyList<SentMark> marks, CancellationToken cancellationToken)
    {
        Note($"sending {streamId ?? "-"} {string.Join(' ', marks.Select(mark => $"{mark.Tag}@{mark.Sequence}"))}");
        await Sending(marks);
    }

    public ValueTask AcknowledgedAsync(string streamId, long sequence, CancellationToken cancellationToken)
    {
        Note($"acknowledged {streamId} {sequence}");
        return ValueTask.CompletedTask;
    }

    private void Note(string call)
    {
        lock (_calls)
        {
            _calls.Add(call);
        }
    }
}
