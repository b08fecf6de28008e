using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Ahenk.Configuration;
using Ahenk.Grains.Import;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;

namespace Ahenk.Silo.Offline.Import;

/// <summary><c>ahenk import</c>: what it needs around it, and what it prints.</summary>
internal static class ImportWord
{
    /// <summary>Carries it out.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string configurationFile, string[] arguments)
    {
        using var output = new StandardOutput();
        if (ImportOptions.Parse(arguments) is not { } options)
        {
            output.Write(Encoding.UTF8.GetBytes(ImportOptions.Usage + "\n"));
            return ImportAnswer.Usage;
        }

        var answer = await RunAsync(configurationFile, options, TimeProvider.System, CancellationToken.None) with { IsDryRun = options.IsDryRun };
        output.Write(Encoding.UTF8.GetBytes(answer.ToText(options.IsJson)));
        return answer.ExitCode;
    }

    /// <summary>Carries it out and tells how it ended.</summary>
    internal static async Task<ImportAnswer> RunAsync(string configurationFile, ImportOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var report = new ImportReport();
        try
        {
            var settings = AhenkSettings.Read(configurationFile);
            using var instance = options.IsDryRun ? null : TakeInstance(settings);
            if (options.IsDryRun && await IsRunningAsync(settings, cancellationToken))
            {
                return Running(report);
            }

            // What it does is told in the log, not in its output; a dry run leaves no trace.
            using var log = new DaemonLog(options.IsDryRun ? null : settings.Log, new StandardOutput(Stream.Null, isForJournal: false), time);
            return await new Importer(settings, Path.GetFullPath(configurationFile), options, BootedAt(time), log, report, time).RunAsync(cancellationToken);
        }
        catch (AlreadyRunningException)
        {
            return Running(report);
        }
        catch (Exception refusal) when (refusal is ImportException or ConfigurationException or IOException or UnauthorizedAccessException)
        {
            return new ImportAnswer(ImportAnswer.Failed, $"Nothing is taken over. {refusal.Message}", report);
        }
    }

    /// <summary>No daemon starts while its state is written.</summary>
    private static InstanceLock TakeInstance(AhenkSettings settings)
    {
        Directories.Prepare(settings);
        return InstanceLock.Take(settings.RunDirectory, Path.GetDirectoryName(settings.DatabaseFile)!);
    }

    private static ImportAnswer Running(ImportReport report) =>
        new(ImportAnswer.Failed, "The agent runs, and nothing can be put into its state meanwhile: ahenk stop, then do it again.", report);

    /// <summary>A dry run leaves no lock file either: the control socket's answer has to do.</summary>
    private static async Task<bool> IsRunningAsync(AhenkSettings settings, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(ControlSocket.PathIn(settings.RunDirectory)), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>When the machine was started (proc_stat(5)); a machine that does not say was started just now, so that no session counts.</summary>
    private static DateTimeOffset BootedAt(TimeProvider time) =>
        File.ReadLines("/proc/stat").FirstOrDefault(line => line.StartsWith("btime ", StringComparison.Ordinal)) is { } line &&
        long.TryParse(line.AsSpan("btime ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : time.GetUtcNow();
}
