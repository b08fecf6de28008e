using System.Globalization;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>
/// Makes control groups (version 2) below the agent's own one, where that is allowed: as root, or where the group was delegated to the agent's user (systemd:
/// <c>Delegate=yes</c>). Each group is removed when it is empty.
/// </summary>
/// <remarks>
/// A group of which processes are members cannot hand controllers on to its children (cgroups(7), "no internal processes"). So the agent moves itself into a child
/// <c>agent</c> of its group, if it is alone there. Where others are in it too, as in a login session, the groups that are made limit nothing; they still tell
/// whose a process is, and end with everything that is in them.
/// </remarks>
internal sealed partial class ControlGroups
{
    /// <summary>The child of its group that the agent moves to, also by systemd's own hand (<c>DelegateSubgroup=agent</c>).</summary>
    private const string Leaf = "agent";

    private const string Memory = "memory";
    private const string Processor = "cpu";
    private const string Processes = "pids";

    private readonly string _directory;
    private readonly HashSet<string> _controllers;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<ControlGroup> _left = [];
    private int _made;

    private ControlGroups(string directory, HashSet<string> controllers, ILogger logger)
    {
        _directory = directory;
        _controllers = controllers;
        _logger = logger;
    }

    /// <summary>The agent's own group, as a directory.</summary>
    public string Directory => _directory;

    /// <summary>What the groups can limit, in words of the kernel; empty: nothing.</summary>
    public string Controllers => string.Join(' ', _controllers.Order(StringComparer.Ordinal));

    /// <summary>Whether the groups keep to <see cref="ProcessLimits.MemoryBytes"/>.</summary>
    public bool LimitMemory => _controllers.Contains(Memory);

    /// <summary>The agent's own group; where the agent is in its child <c>agent</c>, the group above.</summary>
    /// <param name="process">The agent's directory in /proc.</param>
    /// <param name="reason">Why there is none that can be used.</param>
    /// <returns>Its directory, or <see langword="null"/>.</returns>
    public static string? FindOwn(string process, out string reason)
    {
        if (!File.Exists($"{process}/cgroup"))
        {
            reason = "this kernel has no control groups";
            return null;
        }

        var own = File.ReadLines($"{process}/cgroup").FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal))?[3..];
        if (own is null || own.Contains("/..", StringComparison.Ordinal))
        {
            reason = "the agent's control group is not visible to it";
            return null;
        }

        foreach (var line in File.ReadLines($"{process}/mountinfo"))
        {
            // proc_pid_mountinfo(5): "36 35 98:0 /root /mount/point options [tags] - type source options"
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-", 6);
            if (dash < 0 || dash + 1 >= fields.Length || fields[dash + 1] != "cgroup2")
            {
                continue;
            }

            var root = fields[3].TrimEnd('/');
            if (own == fields[3] || own.StartsWith(root + "/", StringComparison.Ordinal))
            {
                reason = "";
                var directory = (fields[4] + own[root.Length..]).TrimEnd('/');
                return own[root.Length..].EndsWith($"/{Leaf}", StringComparison.Ordinal) ? directory[..^(Leaf.Length + 1)] : directory;
            }
        }

        reason = "control groups of version 2 are not mounted";
        return null;
    }

    /// <summary>Prepares the agent's own group for children.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="logger">Told about groups that cannot be made later on.</param>
    /// <param name="reason">Why it cannot have children.</param>
    /// <returns>The groups, or <see langword="null"/> when none can be made.</returns>
    public static ControlGroups? Open(string directory, ILogger logger, out string reason)
    {
        try
        {
            var groups = new ControlGroups(directory, [], logger);
            var probe = new ControlGroup(groups.NextName("probe"));
            probe.TryRemove();
            groups.TakeControllers();
            groups.RemoveLeftovers();
            reason = "";
            return groups;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            reason = failure.Message;
            return null;
        }
    }

    /// <summary>Makes a group.</summary>
    /// <param name="name">A part of its name.</param>
    /// <param name="limits">What its members may use together; what no controller is there for is not limited.</param>
    /// <returns>The group, or <see langword="null"/> when it cannot be made; the log says why.</returns>
    public ControlGroup? TryMake(string name, ProcessLimits limits)
    {
        RemoveEmpty();
        ControlGroup? group = null;
        try
        {
            group = new ControlGroup(NextName(name));
            if (limits.MemoryBytes is { } memory && LimitMemory)
            {
                group.LimitMemory(memory);
            }

            if (limits.CpuPercent is { } percent && _controllers.Contains(Processor))
            {
                group.LimitProcessor(percent);
            }

            if (limits.Processes is { } count && _controllers.Contains(Processes))
            {
                group.LimitProcesses(count);
            }

            return group;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotMade(failure, name, _directory);
            group?.TryRemove();
            return null;
        }
    }

    /// <summary>Removes a group: now, or once processes that live on in it are gone.</summary>
    public void Remove(ControlGroup group)
    {
        lock (_gate)
        {
            _left.Add(group);
        }

        RemoveEmpty();
    }

    private void RemoveEmpty()
    {
        lock (_gate)
        {
            _left.RemoveAll(static group => group.TryRemove());
        }
    }

    /// <summary>Removes what agents that were killed left behind; a group with somebody in it stays.</summary>
    private void RemoveLeftovers()
    {
        foreach (var directory in System.IO.Directory.EnumerateDirectories(_directory, "ahenk-*-*-*").ToList())
        {
            // An agent that runs beside this one may have made its group a moment ago, and be about to put a program into it.
            if (int.TryParse(directory.Split('-')[^2], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !System.IO.Directory.Exists($"/proc/{pid}"))
            {
                ControlGroup.TryRemove(directory);
            }
        }
    }

    private string NextName(string name)
    {
        while (true)
        {
            var next = string.Create(
                CultureInfo.InvariantCulture, $"{_directory}/ahenk-{name}-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");

            // An agent of the same number may have left one with somebody in it.
            if (!System.IO.Directory.Exists(next))
            {
                return next;
            }
        }
    }

    private void TakeControllers()
    {
        var offered = Words("cgroup.controllers");
        string[] wanted = [.. new[] { Memory, Processor, Processes }.Where(offered.Contains)];
        if (wanted.Length == 0)
        {
            return;
        }

        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (!Words("cgroup.subtree_control").IsSupersetOf(wanted) && Words("cgroup.procs").SetEquals([own]))
        {
            System.IO.Directory.CreateDirectory($"{_directory}/{Leaf}");
            File.WriteAllText($"{_directory}/{Leaf}/cgroup.procs", own);
        }

        foreach (var controller in wanted)
        {
            try
            {
                // Also where others are in the group: the topmost one may have both, members and controllers for its children.
                File.WriteAllText($"{_directory}/cgroup.subtree_control", $"+{controller}");
                _controllers.Add(controller);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogNoController(controller, _directory, failure.Message);
            }
        }
    }

    private HashSet<string> Words(string file) =>
        [.. File.ReadAllText($"{_directory}/{file}").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    [LoggerMessage(5012, LogLevel.Information, "[MACHINE] The controller {Controller} cannot be used below {Directory}: {Reason}")]
    private partial void LogNoController(string controller, string directory, string reason);

    [LoggerMessage(5013, LogLevel.Warning, "[MACHINE] No control group could be made for {Name} below {Directory}; it runs without one")]
    private partial void LogNotMade(Exception failure, string name, string directory);
}
