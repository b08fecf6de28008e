using System.Globalization;
using Ahenk.Silo.Configuration;
using Ahenk.Storage.Sqlite;
using Ahenk.Storage.Sqlite.Rescue;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the database is sound, and what was done about one that was not.</summary>
internal sealed class DatabaseHealth(Patient patient) : NeedsConfiguration(patient)
{
    private const long Large = 512L << 20;
    private static readonly TimeSpan Old = TimeSpan.FromDays(3);

    public override int Number => 13;

    public override string Name => "database";

    protected override Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken) => Task.FromResult(Check(settings.DatabaseFile));

    private Finding Check(string path)
    {
        if (!File.Exists(path))
        {
            return Finding.Broken($"There is no {path}.", "The agent makes it when it starts. If the machine was registered, look for the file in a backup first.");
        }

        using var database = DatabaseLook.Open(path);
        var findings = database.Check();
        if (findings.Count > 0)
        {
            return Finding.Broken($"{path} is damaged: {string.Join("; ", findings)}.", "Restart the agent (systemctl restart ahenk): it sets the file aside and goes on with what can be saved.");
        }

        var size = string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(path).Length / 1024.0 / 1024:0.0} MiB");
        if (DatabaseFiles.SetAsideOf(path) is { Count: > 0 } setAside)
        {
            return Finding.Warning(
                $"{path} is sound ({size}), but was damaged before; what was damaged stands at {string.Join(", ", setAside)}. {database.ReadRepair()}",
                $"Check the disk (dmesg; smartctl). Look whether the machine is registered (check 3) and whether tasks are missing in Lider. Delete the damaged files when you need them no more.");
        }

        var copy = new FileInfo(DatabaseFiles.GoodCopyOf(path));
        return new FileInfo(path).Length > Large
                ? Finding.Warning($"{path} is sound and large ({size}).", "Look at the outbox (check 18) and at [TASKS] keep_days.")
            : copy.Exists && Patient.Time.GetUtcNow() - copy.LastWriteTimeUtc > Old && Patient.Daemon is not null
                ? Finding.Warning(
                    $"{path} is sound ({size}), but its last good copy is of {copy.LastWriteTimeUtc:yyyy-MM-dd HH:mm} UTC.", "Look in the log why it could not be copied since (ahenk log; a full disk).")
            : Finding.Ok($"{path} is sound ({size}); {(copy.Exists ? $"its last good copy is of {copy.LastWriteTimeUtc:yyyy-MM-dd HH:mm} UTC" : "there is no good copy of it yet")}.");
    }
}
