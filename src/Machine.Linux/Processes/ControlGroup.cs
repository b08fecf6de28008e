using System.Globalization;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>One control group (version 2): a directory whose files the kernel provides.</summary>
/// <remarks>The files and their meaning: Documentation/admin-guide/cgroup-v2.rst of the kernel.</remarks>
internal sealed class ControlGroup
{
    private readonly string _directory;

    /// <summary>Makes the group.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public ControlGroup(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
    }

    /// <summary>Members use at most so much memory together; the kernel ends them all when they want more.</summary>
    public void LimitMemory(long bytes)
    {
        Write("memory.max", Text(bytes));
        Write("memory.oom.group", "1");

        // Without swap accounting there is no such file; then what is swapped out does not count.
        if (!IsKernels || File.Exists($"{_directory}/memory.swap.max"))
        {
            Write("memory.swap.max", "0");
        }
    }

    /// <summary>Members use at most so much of one processor's time together.</summary>
    public void LimitProcessor(int percent)
    {
        const int Period = 100_000;
        Write("cpu.max", $"{Text((long)percent * Period / 100)} {Text(Period)}");
    }

    /// <summary>There are at most so many processes and threads in the group.</summary>
    public void LimitProcesses(int count) => Write("pids.max", Text(count));

    /// <summary>Moves a process into the group; what it starts from then on is born in it.</summary>
    public void Add(int pid) => Write("cgroup.procs", Text(pid));

    /// <summary>Whether a living process is in the group.</summary>
    public bool IsPopulated => Read("cgroup.events").Contains("populated 1", StringComparison.Ordinal);

    /// <summary>Whether the kernel has ended a member because of <see cref="LimitMemory"/>.</summary>
    public bool WasOutOfMemory => Read("memory.events").Split('\n')
        .Any(static line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line.AsSpan("oom_kill ".Length).Trim() is not "0");

    private bool IsKernels => File.Exists($"{_directory}/cgroup.procs");

    /// <summary>Signals every member.</summary>
    public void Signal(int signal)
    {
        foreach (var pid in Members())
        {
            // A member that is gone by now is no error.
            _ = Libc.Kill(pid, signal);
        }
    }

    /// <summary>Ends every member by SIGKILL, those too that are born meanwhile.</summary>
    public void Kill()
    {
        if (File.Exists($"{_directory}/cgroup.kill"))
        {
            Write("cgroup.kill", "1");
            return;
        }

        // Before Linux 5.14. A member that got the signal stays in the list until it is gone, but it starts nothing more.
        const int Rounds = 100;
        var signalled = new HashSet<int>();
        for (var round = 0; round < Rounds; round++)
        {
            var found = false;
            foreach (var pid in Members().Where(signalled.Add))
            {
                found = true;
                _ = Libc.Kill(pid, Libc.SigKill);
            }

            if (!found)
            {
                return;
            }
        }
    }

    /// <summary>Removes the group.</summary>
    /// <returns>Whether it is gone; not as long as it has members.</returns>
    public bool TryRemove() => TryRemove(_directory);

    /// <summary>Removes the group of a directory.</summary>
    /// <returns>Whether it is gone; not as long as it has members.</returns>
    public static bool TryRemove(string directory)
    {
        // rmdir: the kernel's files go with their directory, which counts as not empty for a recursive deletion only.
        return Libc.RemoveDirectory(directory) == 0 || !Directory.Exists(directory);
    }

    private IEnumerable<int> Members()
    {
        foreach (var line in Read("cgroup.procs").Split('\n'))
        {
            // A process that this namespace has no number for is listed as 0, which kill(2) takes for the agent's own group.
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0 && pid != Environment.ProcessId)
            {
                yield return pid;
            }
        }
    }

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText($"{_directory}/{file}");
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException || failure.HResult == Libc.NoDevice)
        {
            // A controller that is not there has no files, and a group that was removed none at all.
            return "";
        }
    }

    private void Write(string file, string text) => File.WriteAllText($"{_directory}/{file}", text);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
