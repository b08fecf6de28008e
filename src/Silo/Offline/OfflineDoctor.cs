using System.Text;
using Ahenk.Silo.Doctor;
using Ahenk.Silo.Logging;

namespace Ahenk.Silo.Offline;

/// <summary><c>ahenkd doctor</c>: the checks without a daemon, as one line of JSON on standard output. <c>ahenk doctor</c> shows it to people.</summary>
internal static class OfflineDoctor
{
    /// <summary>Examines.</summary>
    /// <returns>0: all is well; 1: there are warnings; 2: something is broken.</returns>
    public static async Task<int> RunAsync(string configurationFile, string[] arguments)
    {
        using var output = new StandardOutput();
        var diagnoses = await Checkup.RunAsync(
            new Patient { ConfigurationFile = Path.GetFullPath(configurationFile), Settings = Checkup.TryRead(configurationFile), Time = TimeProvider.System },
            CancellationToken.None);
        output.Write(Encoding.UTF8.GetBytes(Examination.Describe(diagnoses, forEverybody: false).ToJsonString() + "\n"));
        return diagnoses.Max(diagnosis => diagnosis.Finding.Health) switch
        {
            Health.Broken => 2,
            Health.Warning => 1,
            _ => 0,
        };
    }
}
