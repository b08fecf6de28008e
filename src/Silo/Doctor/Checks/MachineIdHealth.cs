using System.Text.RegularExpressions;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the machine knows which one it is (machine-id(5)).</summary>
internal sealed partial class MachineIdHealth(Patient patient) : IHealthCheck
{
    private const string Advice = "Make one: systemd-machine-id-setup; then restart the machine.";

    public int Number => 4;

    public string Name => "machine id";

    public bool IsForEverybody => true;

    public Task<Finding> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(Check(patient.File("etc/machine-id")));

    private static Finding Check(string file)
    {
        try
        {
            return !File.Exists(file) ? Finding.Warning($"{file} is missing: the machine cannot be told from a copy of its disk.", Advice)
                : Id().IsMatch(File.ReadAllText(file).Trim()) ? Finding.Ok($"{file} holds one.")
                : Finding.Warning($"{file} holds no machine id: the machine cannot be told from a copy of its disk.", Advice);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Finding.Warning($"{file} cannot be read: {failure.Message}", Advice);
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{32}\z")]
    private static partial Regex Id();
}
