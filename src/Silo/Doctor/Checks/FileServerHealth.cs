namespace Ahenk.Silo.Doctor.Checks;

/// <summary>How the last transfer of a file went.</summary>
internal sealed class FileServerHealth(Patient patient) : NeedsDaemon(patient)
{
    public override int Number => 16;

    public override string Name => "file server";

    protected override Task<Finding> CheckAsync(DaemonKnowledge daemon, CancellationToken cancellationToken) => Task.FromResult(
        daemon.FileServer.Last switch
        {
            null => Finding.Skipped("Not known until a task or a policy brings one: no file has been carried since the agent started."),
            { Problem: { } problem } last => Finding.Warning(
                $"The last transfer, with {last.Server} at {last.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, failed: {problem}", "Look at the file server and its settings in Lider."),
            { } last => Finding.Ok($"The last transfer, with {last.Server} at {last.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, went well."),
        });
}
