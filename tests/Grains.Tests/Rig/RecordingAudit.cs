using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>Keeps what is noted.</summary>
public sealed class RecordingAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEntry> _entries = new();

    public IReadOnlyList<AuditEntry> Entries => [.. _entries];

    public void Write(AuditEntry entry) => _entries.Enqueue(entry);

    /// <summary>Waits for that many entries: a task's answer is stored before its entry is written.</summary>
    public async Task WhenWritten(int count)
    {
        while (_entries.Count < count)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }
}
