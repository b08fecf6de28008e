using System.Globalization;
using Ahenk.Silo.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Ahenk.Silo.Hosting;

/// <summary>Logging to the console (journald reads it) and to the log file.</summary>
internal static class LogSetup
{
    private const string Line = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} {Level:u3} {Message:lj}{NewLine}{Exception}";
    private const long MaxFileBytes = 16L * 1024 * 1024;
    private const int KeptFiles = 10;

    /// <summary>For the time before the configuration is known.</summary>
    public static Logger CreateForConsole() =>
        new LoggerConfiguration().WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture).CreateLogger();

    /// <summary>For the daemon.</summary>
    public static Logger Create(AhenkSettings settings) => new LoggerConfiguration()
        .MinimumLevel.Is(settings.LogLevel)
        .MinimumLevel.Override("Orleans", LogEventLevel.Warning)
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("Polly", LogEventLevel.Warning)

        // Told at each start or after each stretched timer, and true of nothing that matters to a silo on its own.
        .MinimumLevel.Override("Orleans.Runtime.Silo", LogEventLevel.Error)
        .MinimumLevel.Override("Orleans.Runtime.MembershipService", LogEventLevel.Fatal)
        .MinimumLevel.Override("Orleans.Runtime.SafeTimer", LogEventLevel.Error)
        .MinimumLevel.Override("Orleans.Runtime.AsyncTimer", LogEventLevel.Error)
        .MinimumLevel.Override("Orleans.Runtime.Watchdog", LogEventLevel.Error)
        .WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture)
        .WriteTo.File(
            settings.LogFile,
            outputTemplate: Line,
            formatProvider: CultureInfo.InvariantCulture,
            fileSizeLimitBytes: MaxFileBytes,
            rollOnFileSizeLimit: true,
            retainedFileCountLimit: KeptFiles,
            hooks: new PrivateLogFile())
        .CreateLogger();
}
