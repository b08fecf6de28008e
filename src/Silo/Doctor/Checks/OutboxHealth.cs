using Ahenk.Silo.Configuration;
using Ahenk.Storage.Sqlite;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether answers get away.</summary>
internal sealed class OutboxHealth(Patient patient) : NeedsConfiguration(patient)
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    public override int Number => 18;

    public override string Name => "outbox";

    protected override Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken) => Task.FromResult(Check(settings));

    private Finding Check(AhenkSettings settings)
    {
        if (!File.Exists(settings.DatabaseFile))
        {
            return Finding.Skipped("There is no database (check 13).");
        }

        using var database = DatabaseLook.Open(settings.DatabaseFile);
        var (rows, oldest) = database.ReadOutbox();
        return rows == 0 || oldest is not { } since ? Finding.Ok("Nothing waits for Lider.")
            : Patient.Time.GetUtcNow() - since is var age && age > Long
                ? Finding.Warning($"{rows} messages wait for Lider, the oldest since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC.", "Look at checks 9 and 10: they are sent as soon as there is a session, and go when Lider has confirmed them.")
            : rows > settings.OutboxRows * 9L / 10
                ? Finding.Warning($"{rows} messages wait for Lider, and no more than {settings.OutboxRows} may: the oldest would be dropped.", "Look at checks 9 and 10, or raise [OUTBOX] max_rows.")
            : Finding.Ok($"{rows} messages wait for Lider, the oldest for {Math.Max(0, age.TotalSeconds):0} s.");
    }
}
