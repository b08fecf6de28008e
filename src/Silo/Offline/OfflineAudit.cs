using System.Text;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Control;
using Ahenk.Silo.Logging;

namespace Ahenk.Silo.Offline;

/// <summary>The audit log's entries of what is done while the daemon does not run. Who asked is the user this program runs as.</summary>
internal static class OfflineAudit
{
    /// <summary>Notes what was done, at once and on the disk.</summary>
    /// <param name="options">Where the audit log is.</param>
    /// <param name="what">See <see cref="AuditAction"/>.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="time">The clock.</param>
    /// <returns>A sentence for the administrator if that failed: what was done stays done.</returns>
    public static string? Write(LogOptions options, string what, string result, TimeProvider time)
    {
        var entry = new AuditEntry(AuditSource.User(PeerCredentials.OwnUserId), what) { Result = result };
        try
        {
            using var file = new RollingFile(options.AuditFile, AuditLog.Mode, () => new RollingLimits(options.MostAuditBytes, null), time);
            file.Write(Encoding.UTF8.GetBytes(AuditText.Write(entry, time.GetLocalNow(), new LogSecrets())));
            file.Flush();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"The audit log {options.AuditFile} could not be told of it: {failure.Message}";
        }
    }
}
