using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ahenk.Machine.Linux.Inventory;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>Who is logged in by utmp(5), where there is no logind.</summary>
internal sealed class Utmp(MachineFiles files, IAccounts accounts)
{
    private const short UserProcess = 7;
    private const int MostSessions = 256;

    /// <summary>
    /// sizeof(struct utmp) of glibc: 64-bit machines that also run 32-bit programs keep times of 32 bits in it, arm64 does not. What is read here stands before
    /// them.
    /// </summary>
    internal static readonly int RecordSize = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 400 : 384;

    /// <summary>Whether a session's id was made here.</summary>
    public static bool Made(UserSession session) => session.Id.StartsWith(Prefix, StringComparison.Ordinal);

    private const string Prefix = "utmp-";

    /// <summary>All sessions whose process lives and whose user is known.</summary>
    public async Task<IReadOnlyList<UserSession>> ListAsync(CancellationToken cancellationToken)
    {
        var sessions = new List<UserSession>();
        foreach (var entry in Parse(files.ReadBytes("run/utmp") ?? []).Where(IsSession).Take(MostSessions))
        {
            // A session that nobody has signed off: its process is gone.
            if (files.Exists($"proc/{entry.Pid}") && await accounts.FindAsync(entry.User, cancellationToken) is { } account)
            {
                sessions.Add(MakeSession(entry, account));
            }
        }

        return sessions;
    }

    /// <summary>The entries of logged-in users in a utmp file.</summary>
    internal static IEnumerable<Entry> Parse(byte[] file)
    {
        for (var start = 0; start + RecordSize <= file.Length; start += RecordSize)
        {
            var record = file.AsSpan(start, RecordSize);
            if (BinaryPrimitives.ReadInt16LittleEndian(record) == UserProcess)
            {
                yield return new Entry(
                    BinaryPrimitives.ReadInt32LittleEndian(record[4..]), Text(record.Slice(8, 32)), Text(record.Slice(44, 32)), Text(record.Slice(76, 256)));
            }
        }
    }

    /// <summary>A terminal window and a multiplexer's window have entries too, but nobody has logged in there.</summary>
    private static bool IsSession(Entry entry) => entry.Pid > 1 && (!entry.Line.StartsWith("pts/", StringComparison.Ordinal) || IsRemote(entry.Host));

    private static bool IsRemote(string host) => host.Length > 0 && host[0] != ':' && PlainForms.IsHost(host) && !host.Contains(":S.", StringComparison.Ordinal);

    private static UserSession MakeSession(Entry entry, Account account)
    {
        var display = PlainForms.Take(entry.Line, IsLocalDisplay) ?? PlainForms.Take(entry.Host, IsLocalDisplay);
        return new UserSession(Prefix + entry.Pid.ToString(CultureInfo.InvariantCulture), account.Name, account.Uid)
        {
            Type = display is null ? SessionType.Tty : SessionType.X11,
            State = SessionState.Active,
            Terminal = PlainForms.Take(entry.Line, PlainForms.IsTerminal),
            Display = display,
            RemoteHost = display is null && IsRemote(entry.Host) ? entry.Host : null,
            LeaderPid = entry.Pid,
        };
    }

    private static bool IsLocalDisplay(string text) => text.StartsWith(':') && PlainForms.IsDisplay(text);

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>An entry.</summary>
    /// <param name="Pid">The process that made it.</param>
    /// <param name="Line">The terminal, or the display.</param>
    /// <param name="User">The user's name, cut after 32 bytes.</param>
    /// <param name="Host">Where the user comes from, or the display.</param>
    internal sealed record Entry(int Pid, string Line, string User, string Host);
}
