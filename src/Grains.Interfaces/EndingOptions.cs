namespace Ahenk.Grains.Interfaces;

/// <summary>How the agent ends.</summary>
public sealed class EndingOptions
{
    /// <summary>What work that is ended by force may take to be gone: plugins get 15 s to heed their cancellation, programs less.</summary>
    public static readonly TimeSpan ForceTime = TimeSpan.FromSeconds(20);

    /// <summary>What the outbox gets at least: the answers of what was ended by force are in it.</summary>
    public static readonly TimeSpan LeastFlushTime = TimeSpan.FromSeconds(5);

    /// <summary>What is left for closing the stream, the silo and the database.</summary>
    public static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(30);

    /// <summary>How long running plugins are waited for. <c>[BASE] shutdown_timeout</c>, in seconds, default 60.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest that all of it takes.</summary>
    public TimeSpan Whole => Timeout + ForceTime + LeastFlushTime + ClosingTime;
}
