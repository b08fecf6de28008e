using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Ends the daemon with an exit code that says why.</summary>
public sealed partial class AgentExit(IHostApplicationLifetime lifetime, ILogger<AgentExit> logger)
{
    /// <summary>Ended as asked.</summary>
    public const int Success = 0;

    /// <summary>An unexpected failure.</summary>
    public const int Failure = 1;

    /// <summary>The configuration cannot be used.</summary>
    public const int BadConfiguration = 2;

    /// <summary>Registration: Lider did not answer, or could not be reached, in time.</summary>
    public const int RegistrationUnanswered = 3;

    /// <summary>Registration: Lider refused every attempt.</summary>
    public const int RegistrationRefused = 4;

    /// <summary>Another daemon runs on the same directories.</summary>
    public const int AlreadyRunning = 5;

    /// <summary>The exit code so far.</summary>
    public int Code { get; private set; }

    /// <summary>Ends the daemon in order.</summary>
    public void End(int code, string reason)
    {
        Code = code;
        LogEnding(code, reason);
        lifetime.StopApplication();
    }

    [LoggerMessage(2401, LogLevel.Critical, "[AHENK] Ending with exit code {Code}. {Reason}")]
    private partial void LogEnding(int code, string reason);
}
