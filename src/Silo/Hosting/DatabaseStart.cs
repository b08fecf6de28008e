using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.Logging;

namespace Ahenk.Silo.Hosting;

/// <summary>
/// Opens the database before anything else is made. A disk that is full or read-only is waited for: it may come back at any moment, and a daemon that ended at once would
/// soon have used up the starts that systemd allows.
/// </summary>
internal sealed partial class DatabaseStart(AhenkSettings settings, TimeProvider time, ILogger<AhenkDatabase> logger)
{
    /// <summary>Below the time that the unit has for starting, and so long that ten of them do not fit into the time within which systemd counts starts.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    /// <summary>Makes the directories and opens the database; repairs it where it is damaged.</summary>
    /// <param name="toldToEnd">Completes when the agent is to end: the disk is not waited for then.</param>
    /// <returns><see langword="null"/> when the agent was told to end before the database could be opened.</returns>
    /// <exception cref="IOException">It still cannot be opened; <see cref="StorageException"/> where the database itself is the reason.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public async Task<AhenkDatabase?> OpenAsync(Task toldToEnd)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directories.Prepare(settings);
                return AhenkDatabase.OpenOrRepair(
                    new StorageOptions { Path = settings.DatabaseFile, OutboxMaxRows = settings.OutboxRows, OutboxMaxBytes = settings.OutboxBytes }, time, logger);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && time.GetElapsedTime(begun) + Pause < Patience)
            {
                LogWaiting(failure.Message, Pause.TotalSeconds);
            }

            if (await Task.WhenAny(toldToEnd, Task.Delay(Pause, time)) == toldToEnd)
            {
                LogNotWaited();
                return null;
            }
        }
    }

    [LoggerMessage(3974, LogLevel.Error, "[STORAGE] The agent cannot start yet: {Reason} Next attempt in {Seconds} s")]
    private partial void LogWaiting(string reason, double seconds);

    [LoggerMessage(3977, LogLevel.Information, "[STORAGE] The agent was told to end before its database could be opened")]
    private partial void LogNotWaited();
}
