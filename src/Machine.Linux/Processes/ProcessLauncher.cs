using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Processes;

/// <summary>
/// Starts the hosts of plugins, and limits them by a control group where the agent may make one, else by RLIMIT_DATA. Make it when the agent starts: as long as the
/// agent is alone in its control group (see <see cref="ControlGroups"/>).
/// </summary>
/// <remarks>
/// <para>
/// Limits are set from outside right after posix_spawn has returned, before <see cref="Start"/> does: posix_spawn itself can set neither (glibc 2.39 learned to start
/// into a control group), and a wrapper (<c>prlimit --</c>) would turn the reasons why a program cannot be started into exit codes. What the program may have started
/// by then is found by its parent and gets the same limits. Who orders a program gives it its first call when <see cref="Start"/> has returned, so that all that is
/// done for a call is within the limits; the remaining gap is a process that was orphaned within that moment.
/// </para>
/// <para>
/// RLIMIT_DATA, not RLIMIT_AS: runtimes such as those of Go, Java and JavaScript reserve address space many times what they use, and would not start. Not
/// RLIMIT_NPROC: it does not bind root, and a child that changes to a user inherits it and counts all that the user runs.
/// </para>
/// </remarks>
public sealed partial class ProcessLauncher : IProcessLauncher
{
    private readonly TimeProvider _time;
    private readonly ILogger<ProcessLauncher> _logger;
    private readonly ProgramStarter _starter;
    private readonly ControlGroups? _groups;

    /// <summary>Finds out how programs can be limited on this machine, and logs it.</summary>
    public ProcessLauncher(TimeProvider time, ILogger<ProcessLauncher> logger)
        : this(time, logger, ControlGroups.FindOwn("/proc/self", out var reason), reason)
    {
    }

    /// <summary>As above, with another control group than the agent's.</summary>
    internal ProcessLauncher(TimeProvider time, ILogger<ProcessLauncher> logger, string? groupDirectory, string reason = "none was given")
    {
        _time = time;
        _logger = logger;
        _starter = new ProgramStarter(logger);
        _groups = groupDirectory is null ? null : ControlGroups.Open(groupDirectory, logger, out reason);
        if (_groups is not null)
        {
            LogControlGroups(_groups.Directory, _groups.Controllers is { Length: > 0 } controllers ? controllers : "none");
        }

        if (_groups is not { LimitMemory: true })
        {
            LogResourceLimits(_groups is null ? reason : "the controller is not available there");
        }
    }

    /// <inheritdoc/>
    public IChildProcess Start(ProcessOrder order)
    {
        if (order.Name.Length == 0 || order.Name.Any(static character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.')))
        {
            throw new ArgumentException($"'{order.Name}' cannot be a part of a control group's name.", nameof(order));
        }

        var group = _groups?.TryMake(order.Name, order.Limits);
        SpawnedProcess? process = null;
        try
        {
            process = _starter.TryStart(order, out var startError) ?? throw new ProcessStartException(startError!);
            Limit(process.Pid, group, group is null || !_groups!.LimitMemory ? order.Limits.MemoryBytes : null);
            return new ChildProcess(process, _groups, group, _time);
        }
        catch (Exception failure) when (failure is ProcessStartException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            process?.Dispose();
            if (group is not null)
            {
                group.Kill();
                _groups!.Remove(group);
            }

            if (failure is ProcessStartException)
            {
                throw;
            }

            throw new ProcessStartException($"The program '{order.Program}' could not be started within its limits: {failure.Message}.", failure);
        }
    }

    private static void Limit(int pid, ControlGroup? group, long? data)
    {
        group?.Add(pid);
        if (data is { } bytes)
        {
            LimitData(pid, bytes);
        }

        // From here on what the process starts has its limits from the beginning.
        foreach (var child in ChildrenOf(pid))
        {
            try
            {
                Limit(child, group, data);
            }
            catch (Exception failure) when (failure is IOException { HResult: Libc.NoProcess } or Win32Exception { NativeErrorCode: Libc.NoProcess })
            {
                // It has ended meanwhile.
            }
        }
    }

    private static List<int> ChildrenOf(int pid)
    {
        var children = new List<int>();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                // A process that this namespace has no number for is listed as 0, which prlimit(2) and control groups take for the agent itself.
                children.AddRange(File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(static number => int.Parse(number, CultureInfo.InvariantCulture)).Where(static child => child > 0));
            }
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException || failure.HResult == Libc.NoProcess)
        {
            // The process or a thread of it has ended meanwhile, or the kernel does not keep these lists.
        }

        return children;
    }

    private static unsafe void LimitData(int pid, long bytes)
    {
        var limit = new Libc.ResourceLimit((ulong)bytes, (ulong)bytes);
        if (Libc.SetLimit(pid, Libc.LimitData, &limit, null) < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LoggerMessage(5010, LogLevel.Information,
        "[MACHINE] Programs of plugins run in control groups below {Directory}; controllers that limit them: {Controllers}")]
    private partial void LogControlGroups(string directory, string controllers);

    [LoggerMessage(5011, LogLevel.Information,
        "[MACHINE] The memory of plugins' programs is limited per process (RLIMIT_DATA) and not by a control group: {Reason}")]
    private partial void LogResourceLimits(string reason);
}
