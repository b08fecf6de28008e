namespace Ahenk.Package.Tests;

/// <summary>A control group of this machine, named like a service's.</summary>
internal sealed class ControlGroup : IDisposable
{
    private readonly string _above;
    private readonly string _group;

    public ControlGroup(string name)
    {
        var mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).FirstOrDefault(fields => fields.Contains("cgroup2"))?[4]
            ?? throw new InvalidOperationException("Control groups of version 2 are not mounted here.");
        _above = Path.Combine(mount, $"ahenk-test-{Guid.NewGuid():N}");
        _group = Path.Combine(_above, name);
        Directory.CreateDirectory(_group);
    }

    /// <summary>What a process writes its number to, to become a member.</summary>
    public string Members => Path.Combine(_group, "cgroup.procs");

    public void Dispose()
    {
        // The kernel removes the files of a group with it.
        Directory.Delete(_group);
        Directory.Delete(_above);
    }
}
