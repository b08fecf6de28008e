using System.Collections.Concurrent;
using System.Text;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux.Processes;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>What tests of the launcher need.</summary>
public abstract class LauncherTest : RunnerTest
{
    private protected static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private protected RecordingLogger<ProcessLauncher> Log { get; } = new();

    private protected static ProcessOrder Script(string script) => new("bash", ["-c", script]) { Name = "test" };

    private protected static ProcessOrder Python(string script) => new("/usr/bin/python3", ["-I", "-c", script]) { Name = "test" };

    private protected static async Task<string> ReadAll(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(Token);
    }

    private protected static async Task<string?> ReadLine(Stream stream)
    {
        // Byte by byte, so that nothing of the next line is taken.
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, Token) == 1 && one[0] != '\n')
        {
            line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    private protected sealed class RecordingLogger<T> : ILogger<T>
    {
        private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

        public IEnumerable<(int Id, string Text)> Lines => _lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
