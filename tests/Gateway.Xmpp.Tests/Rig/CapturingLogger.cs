using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Keeps the last thousand log lines of all levels, with their exceptions.</summary>
internal sealed class CapturingLogger<T> : ILogger<T>
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    public IReadOnlyCollection<(LogLevel Level, string Text)> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
        if (_lines.Count > 1000)
        {
            _lines.TryDequeue(out _);
        }
    }
}
