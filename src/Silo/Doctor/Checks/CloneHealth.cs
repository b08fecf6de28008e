namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether this is the machine that was registered, or a copy of its disk in another one.</summary>
internal sealed class CloneHealth(Patient patient) : IHealthCheck
{
    public int Number => 20;

    public string Name => "copied disk";

    public bool IsForEverybody => false;

    public async Task<Finding> CheckAsync(CancellationToken cancellationToken)
    {
        if (patient.Daemon is not { } daemon)
        {
            return Finding.Skipped("Only the running daemon compares this machine with the one that was registered.");
        }

        return (await daemon.Report()).CloneCheck switch
        {
            null => Finding.Skipped("The machine was not registered when the daemon started: there is nothing to compare with."),
            { IsCopy: true } clone => Finding.Broken(clone.Sentence, "ahenk clean and then ahenk register for a copy; ahenk adopt for the same machine with other parts."),
            { Differences: [] } => Finding.Ok("This is the machine that was registered."),
            { Differences: var differences } => Finding.Ok($"This is the machine that was registered; different since then: {string.Join(", ", differences)}."),
        };
    }
}
