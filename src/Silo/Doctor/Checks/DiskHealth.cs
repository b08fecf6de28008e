using System.Globalization;
using Ahenk.Machine.Linux;
using Ahenk.Silo.Configuration;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the agent can write where it must.</summary>
internal sealed class DiskHealth(Patient patient, Func<string, FileSystemSpace> look) : NeedsConfiguration(patient)
{
    private const long Little = 16L << 20;
    private const long Scarce = 100L << 20;
    private const int LittleInodes = 100;

    public override int Number => 12;

    public override string Name => "disk space";

    protected override Task<Finding> CheckAsync(AhenkSettings settings, CancellationToken cancellationToken)
    {
        var places = new (string What, string Path)[]
        {
            ("state", Path.GetDirectoryName(settings.DatabaseFile)!),
            ("log", Path.GetDirectoryName(settings.Log.File)!),
            ("temporary files", Patient.File("tmp")),
        };
        var findings = places.Select(place => Check(place.What, Existing(place.Path))).ToArray();
        var worst = findings.Max(finding => finding.Health);
        return Task.FromResult(new Finding(
            worst,
            string.Join(' ', findings.Where(finding => worst == Health.Ok || finding.Health != Health.Ok).Select(finding => finding.Found).Distinct()),
            findings.OrderByDescending(finding => finding.Health).First().Advice));
    }

    private Finding Check(string what, string path)
    {
        var space = look(path);
        var size = string.Create(CultureInfo.InvariantCulture, $"{space.FreeBytes >> 20} MiB of {space.Bytes >> 20} MiB");
        return space.IsReadOnly
                ? Finding.Broken($"The file system of {path} ({what}) is mounted read-only.", "Look why (dmesg; an error of the disk does that), then: mount -o remount,rw. The agent goes on by itself.")
            : space.FreeBytes < Little
                ? Finding.Broken($"The disk of {path} ({what}) is full: {size} are free.", "Free space there. The agent goes on by itself; until then it takes no tasks, which Lider's server keeps.")
            : space.Inodes > 0 && space.FreeInodes < LittleInodes
                ? Finding.Broken($"The file system of {path} ({what}) can hold no more files: {space.FreeInodes} inodes are free.", "Delete files there.")
            : space.FreeBytes < Scarce ? Finding.Warning($"There is little room at {path} ({what}): {size} are free.", "Free space there before it is full.")
            : Finding.Ok($"{path} ({what}): {size} are free.");
    }

    private static string Existing(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            path = parent;
        }

        return path;
    }
}
