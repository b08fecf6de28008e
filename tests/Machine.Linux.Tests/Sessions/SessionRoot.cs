using System.Buffers.Binary;
using System.Reflection;
using System.Text;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Sessions;

/// <summary>A directory that stands for <c>/</c>, with processes, runtime directories and a utmp file.</summary>
internal sealed class SessionRoot : IDisposable
{
    private static readonly string Fixtures = typeof(SessionRoot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "MachineFixtures").Value!;

    public SessionRoot() => Directory.CreateDirectory($"{Path}/proc");

    public string Path { get; } = Directory.CreateTempSubdirectory("ahenk-sessions-").FullName;

    /// <summary>What loginctl of a version of systemd printed.</summary>
    public static string Recorded(int version, string file) => File.ReadAllText($"{Fixtures}/loginctl-{version}/{file}");

    public UserSessions Sessions(ICommandRunner commands, TimeProvider? time = null, Func<int, int, int>? signal = null) =>
        new(commands, new Accounts(commands, NullLogger<Accounts>.Instance), time ?? TimeProvider.System, NullLogger<UserSessions>.Instance, Path)
        {
            Signal = signal ?? ((_, _) => throw new InvalidOperationException("Nothing was to be signalled.")),
        };

    public void AddProcess(int pid, uint uid, string group, ulong start, params string[] variables) =>
        AddProcess(pid, $"{uid}\t{uid}\t{uid}\t{uid}", group, start, pid, variables);

    public void AddProcess(int pid, string uids, string group, ulong start, int session, params string[] variables)
    {
        var directory = Directory.CreateDirectory($"{Path}/proc/{pid}").FullName;
        File.WriteAllText($"{directory}/status", $"Name:\tx\nUid:\t{uids}\nGid:\t5\t5\t5\t5\n");
        File.WriteAllText($"{directory}/stat", $"{pid} (a) 9 (b) S 1 {pid} {session} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 {start} 1 1 1\n");
        File.WriteAllText($"{directory}/cgroup", $"0::{group}\n");
        File.WriteAllText($"{directory}/environ", string.Concat(variables.Select(variable => variable + "\0")));
    }

    public void AddRuntime(uint uid, params string[] names)
    {
        var directory = Directory.CreateDirectory($"{Path}/run/user/{uid}").FullName;
        foreach (var name in names)
        {
            File.WriteAllText($"{directory}/{name}", "");
        }
    }

    public void AddUtmp(short type, int pid, string line, string user, string host)
    {
        var record = new byte[Utmp.RecordSize];
        BinaryPrimitives.WriteInt16LittleEndian(record, type);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), pid);
        Encoding.UTF8.GetBytes(line).CopyTo(record, 8);
        Encoding.UTF8.GetBytes(user).CopyTo(record, 44);
        Encoding.UTF8.GetBytes(host).CopyTo(record, 76);
        Directory.CreateDirectory($"{Path}/run");
        using var file = new FileStream($"{Path}/run/utmp", FileMode.Append);
        file.Write(record);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
