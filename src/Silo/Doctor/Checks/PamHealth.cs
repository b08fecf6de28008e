namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether logins are told to the agent.</summary>
internal sealed class PamHealth(Patient patient) : IHealthCheck
{
    private const string Hook = "ahenk-session";

    public int Number => 15;

    public string Name => "login hook";

    public bool IsForEverybody => false;

    public Task<Finding> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Check());

    private Finding Check()
    {
        var session = patient.File("etc/pam.d/common-session");
        if (!File.Exists(session))
        {
            return Finding.Skipped($"There is no {session}; packaging/pam says which line belongs where on other systems.");
        }

        var words = File.ReadLines(session)
            .Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words is [not ['#', ..], ..] && words.Any(word => word.Contains("pam_exec", StringComparison.Ordinal)) &&
                words.Any(word => word.EndsWith("/" + Hook, StringComparison.Ordinal)));
        if (words is null)
        {
            return Finding.Warning(
                $"{session} does not call {Hook}: the agent learns of logins late, and from systemd-logind alone.", "Put it in: pam-auth-update --package (and look that 'Ahenk' is chosen).");
        }

        var program = patient.File(words.First(word => word.EndsWith("/" + Hook, StringComparison.Ordinal)).TrimStart('/'));
        return !File.Exists(program) || (File.GetUnixFileMode(program) & UnixFileMode.UserExecute) == 0
            ? Finding.Warning($"{session} calls {program}, which is missing or cannot be run.", "Install the package again.")
            : Finding.Ok($"{session} calls {program}.");
    }
}
