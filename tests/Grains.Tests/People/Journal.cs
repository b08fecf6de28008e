using Ahenk.Grains.Tests.Rig;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Tests.People;

/// <summary>What happened at the ports, in order, and what the grains of people complained of.</summary>
public sealed class Journal : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Signal _changed = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
        }

        _changed.Set();
    }

    public int Count(string line) => Lines.Count(other => other == line);

    public Task When(string line, int times = 1) => When(journal => journal.Count(line) >= times);

    public async Task When(Func<Journal, bool> condition)
    {
        try
        {
            // However much else goes on.
            await _changed.When(() => condition(this)).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail("It did not happen. What did:\n" + string.Join('\n', Lines));
        }
    }

    public ILogger CreateLogger(string categoryName) => new Complaints(categoryName.StartsWith("Ahenk.", StringComparison.Ordinal) ? this : null);

    public void Dispose()
    {
    }

    private sealed class Complaints(Journal? journal) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => journal is not null && logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                journal!.Add($"log {eventId.Id} {formatter(state, exception)} {exception}");
            }
        }
    }
}
