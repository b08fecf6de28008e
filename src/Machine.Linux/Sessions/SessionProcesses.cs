using System.Globalization;
using System.Text;
using Ahenk.Machine.Linux.Inventory;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>The processes of sessions, found in /proc.</summary>
/// <param name="root">The directory that stands for <c>/</c>.</param>
internal sealed class SessionProcesses(string root)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly MachineFiles _files = new(root);

    /// <summary>
    /// The variables of that process of the session that has the most of them, the oldest of several: a desktop sets them one after the other while it starts,
    /// and one process's values go together.
    /// </summary>
    public IReadOnlyDictionary<string, string> ReadEnvironment(UserSession session)
    {
        var best = new Dictionary<string, string>(StringComparer.Ordinal);
        var bestStart = ulong.MaxValue;
        foreach (var pid in Pids())
        {
            if (IsOf(session.Uid, pid) && ReadStat(pid) is { } before && ReadVariables(pid) is { } variables && IsIn(session, pid, before, variables) &&
                (session.Display is null || variables.GetValueOrDefault("DISPLAY", session.Display) == session.Display) &&
                (variables.Count > best.Count || (variables.Count == best.Count && before.Start < bestStart)) &&
                // The number may have been given to another process meanwhile, or this one become another user's.
                ReadStat(pid)?.Start == before.Start && IsOf(session.Uid, pid))
            {
                (best, bestStart) = (variables, before.Start);
            }
        }

        return best;
    }

    /// <summary>The session's processes, as far as they are its user's.</summary>
    public IReadOnlyList<int> Members(UserSession session) =>
        [.. Pids().Where(pid => IsOf(session.Uid, pid) && ReadStat(pid) is { IsDead: false } stat && IsInScope(session, pid, stat))];

    private IEnumerable<int> Pids()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.Join(root, "proc")))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    private bool IsIn(UserSession session, int pid, Stat stat, Dictionary<string, string> variables) =>
        IsInScope(session, pid, stat) || (Utmp.Made(session)
            ? session.Display is not null && variables.GetValueOrDefault("DISPLAY") == session.Display
            : variables.GetValueOrDefault("XDG_SESSION_ID") == session.Id && GroupNames(pid).Contains($"user@{session.Uid}.service"));

    private bool IsInScope(UserSession session, int pid, Stat stat) => Utmp.Made(session)
        ? stat.Session == session.LeaderPid && session.LeaderPid > 1
        : GroupNames(pid).Contains($"session-{session.Id}.scope");

    /// <summary>The names of the control groups around a process. Desktops run most of a session below the user's service manager.</summary>
    private IEnumerable<string> GroupNames(int pid) => _files.ReadLines($"proc/{pid}/cgroup").SelectMany(static line => line.Split('/'));

    /// <summary>Whether a process is a user's through and through: a set-user-id program has two users.</summary>
    private bool IsOf(uint uid, int pid)
    {
        const string Field = "Uid:";
        var line = _files.ReadLines($"proc/{pid}/status").FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal));
        var numbers = line?[Field.Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return numbers.Length == 4 && numbers.All(number => uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var of) && of == uid);
    }

    private Dictionary<string, string>? ReadVariables(int pid)
    {
        if (_files.ReadBytes($"proc/{pid}/environ") is not { Length: > 0 } bytes)
        {
            return null;
        }

        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in SplitAtNul(bytes))
        {
            var cut = range.Span.IndexOf((byte)'=');
            if (cut > 0 && Decode(range.Span[..cut]) is { } name && PlainForms.Variables.TryGetValue(name, out var form) &&
                Decode(range.Span[(cut + 1)..]) is { } value && form(value))
            {
                variables.TryAdd(name, value);
            }
        }

        return variables;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> SplitAtNul(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)0);
            yield return end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }
    }

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>proc_pid_stat(5): "pid (name) state ppid pgrp session ..."; the name may hold anything. The 22nd field is the start.</summary>
    private Stat? ReadStat(int pid)
    {
        var text = _files.ReadBytes($"proc/{pid}/stat") is { } bytes ? Encoding.Latin1.GetString(bytes) : "";
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 19 && int.TryParse(fields[3], CultureInfo.InvariantCulture, out var session) &&
            ulong.TryParse(fields[19], CultureInfo.InvariantCulture, out var start)
            ? new Stat(fields[0] is "Z" or "X", session, start)
            : null;
    }

    private sealed record Stat(bool IsDead, int Session, ulong Start);
}
