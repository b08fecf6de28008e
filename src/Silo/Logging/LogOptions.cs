using Serilog.Events;

namespace Ahenk.Silo.Logging;

/// <summary>What is logged, and where. All but the files can be changed while the agent runs.</summary>
public sealed class LogOptions
{
    /// <summary>The log. <c>[BASE] logfile</c>.</summary>
    public required string File { get; init; }

    /// <summary>The audit log. <c>[BASE] auditlog</c>.</summary>
    public required string AuditFile { get; init; }

    /// <summary>The least level that is logged. <c>[BASE] loglevel</c>.</summary>
    public required LogEventLevel Level { get; set; }

    /// <summary>Most bytes of all files of the log. <c>[LOG] max_mib</c>.</summary>
    public required long MostBytes { get; set; }

    /// <summary>How long files of the log are kept. <c>[LOG] keep_days</c>.</summary>
    public required TimeSpan Keep { get; set; }

    /// <summary>Most bytes of all files of the audit log. <c>[LOG] audit_max_mib</c>.</summary>
    public required long MostAuditBytes { get; set; }

    /// <summary>Takes over what can be changed while the agent runs.</summary>
    public void Adopt(LogOptions changed)
    {
        Level = changed.Level;
        MostBytes = changed.MostBytes;
        Keep = changed.Keep;
        MostAuditBytes = changed.MostAuditBytes;
    }
}
