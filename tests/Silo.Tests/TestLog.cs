using System.Text;
using Ahenk.Silo.Logging;

namespace Ahenk.Silo.Tests;

/// <summary>A daemon's log whose standard output is in memory.</summary>
internal sealed class TestLog : IDisposable
{
    private readonly MemoryStream _output = new();

    public TestLog(LogOptions? options, TimeProvider time, bool isForJournal = false) =>
        Log = new DaemonLog(options, new StandardOutput(_output, isForJournal), time);

    public DaemonLog Log { get; }

    public string Output => Encoding.UTF8.GetString(_output.ToArray());

    public static LogOptions Options(string folder) => new()
    {
        File = Path.Combine(folder, "log", "ahenk.log"),
        AuditFile = Path.Combine(folder, "log", "audit.log"),
        Level = Serilog.Events.LogEventLevel.Information,
        MostBytes = 64 * 1024 * 1024,
        Keep = TimeSpan.FromDays(30),
        MostAuditBytes = 64 * 1024 * 1024,
    };

    public void Dispose() => Log.Dispose();
}
