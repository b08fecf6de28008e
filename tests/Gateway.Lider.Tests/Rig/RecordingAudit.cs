using System.Collections.Concurrent;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>Keeps what is noted.</summary>
public sealed class RecordingAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEntry> _entries = new();

    public IReadOnlyList<AuditEntry> Entries => [.. _entries];

    public void Write(AuditEntry entry) => _entries.Enqueue(entry);
}
