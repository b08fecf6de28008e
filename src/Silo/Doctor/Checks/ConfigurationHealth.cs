using Ahenk.Configuration;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the files of the configuration can be used.</summary>
internal sealed class ConfigurationHealth(Patient patient) : IHealthCheck
{
    public int Number => 1;

    public string Name => "configuration";

    public bool IsForEverybody => false;

    public Task<Finding> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Check());

    private Finding Check()
    {
        var file = patient.ConfigurationFile;
        ConfigurationFiles files;
        IReadOnlyList<ConfigurationProblem> problems;
        try
        {
            files = ConfigurationFiles.Read(file);
            problems = ConfigurationCheck.Run(files);
        }
        catch (ConfigurationException refusal)
        {
            return Finding.Broken(string.Join(' ', refusal.Messages), "Correct the file; 'ahenk config check' names every line.");
        }

        var texts = string.Join(' ', problems.Select(problem => problem.Message));
        return problems.Any(problem => problem.IsError) ? Finding.Broken(texts, "Correct the lines that are named; until then the agent does not start, or goes on with what it has read before.")
            : IsEmpty(file) ? Finding.Warning(
                $"{file} is empty (0 bytes), so that every key that is not in {Path.Combine(Path.GetDirectoryName(file)!, "config.d")} has its default.",
                "Restore the file from a backup, or copy /usr/share/ahenk/ahenk.conf and set at least [CONNECTION] host and servicename; then restart the agent.")
            : problems.Count > 0 ? Finding.Warning(texts, "Look at the lines that are named.")
            : Finding.Ok($"{string.Join(", ", files.All)}: nothing is wrong.");
    }

    private static bool IsEmpty(string file) => new FileInfo(file) is { Exists: true, Length: 0 };
}
