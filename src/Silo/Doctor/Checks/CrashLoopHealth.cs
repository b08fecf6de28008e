using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the daemon ends again and again.</summary>
internal sealed class CrashLoopHealth(Patient patient) : NeedsConfiguration(patient)
{
    private const int Many = 3;
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(30);

    public override int Number => 19;

    public override string Name => "crashes";

    protected override Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken)
    {
        var notes = new StartNotes(Path.GetDirectoryName(settings.DatabaseFile)!, Patient.Time);
        var crashes = notes.CountCrashes(Patient.Time.GetUtcNow() - Lately, isRunning: Patient.Daemon is not null);
        return Task.FromResult(
            crashes >= Many ? Finding.Broken(
                $"The daemon has ended {crashes} times by itself within {Lately.TotalMinutes:0} minutes.", "Look at the lines before each start: ahenk log -n 200; journalctl -u ahenk")
            : crashes > 0 ? Finding.Warning(
                $"The daemon has ended by itself within the last {Lately.TotalMinutes:0} minutes ({crashes}).", "Look at the lines before its last start: ahenk log -n 200; journalctl -u ahenk")
            : Finding.Ok($"It has not ended by itself within the last {Lately.TotalMinutes:0} minutes."));
    }
}
