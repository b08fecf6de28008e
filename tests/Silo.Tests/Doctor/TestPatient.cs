using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Doctor;
using Ahenk.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Silo.Tests.Doctor;

/// <summary>An agent with files of its own, to be made ill.</summary>
internal sealed class TestPatient : IDisposable, ISessionProbe
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public TestPatient()
    {
        Folder.Write($"[BASE]\nstatedir = {State}\nrundir = {Run}\nlogfile = {Folder.Root}/ahenk.log\n[PLUGIN]\npluginfolderpath = {Plugins}\n[CONNECTION]\nservicename = example.org\n");
        File.SetUnixFileMode(Folder.Main, OwnerOnly);
        foreach (var folder in (string[])[State, Run, Plugins])
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }

        FileServer = new FileServerNews(Time);
    }

    public ConfigurationFolder Folder { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 5, 8, 40, 0, TimeSpan.Zero));

    public string State => Path.Combine(Folder.Root, "state");

    public string Run => Path.Combine(Folder.Root, "run");

    public string Plugins => Path.Combine(Folder.Root, "plugins");

    public string Database => Path.Combine(State, "ahenk.db");

    public FileServerNews FileServer { get; }

    public AgentReport Report { get; set; } = new()
    {
        Version = "3.0.0",
        Name = "pc",
        Registration = RegistrationState.Verified,
        Connection = "online",
        ConnectedSince = new DateTimeOffset(2026, 3, 5, 8, 0, 0, TimeSpan.Zero),
        UnfinishedTasks = 0,
        Outbox = new OutboxFigures(0, 0, 0, 0),
        ForeignMessages = 0,
    };

    /// <summary>What is answered over the session.</summary>
    public Func<string, IqAnswer> Answer { get; set; } = _ => new IqAnswer(IqOutcome.Result);

    public AhenkSettings Settings => Folder.Read();

    public Task<IqAnswer> AskAsync(Jid to, string payload, TimeSpan timeout, CancellationToken cancellationToken) => Task.FromResult(Answer(payload));

    /// <summary>With a running daemon, or without.</summary>
    public Patient Examined(bool isRunning = true) => new()
    {
        ConfigurationFile = Folder.Main,
        Settings = Checkup.TryRead(Folder.Main),
        Daemon = isRunning ? new DaemonKnowledge(() => Task.FromResult(Report), FakePlugins.New().Host, this, FileServer) : null,
        Time = Time,
        Root = Folder.Root,
    };

    /// <summary>Makes a database, with the identity of a machine.</summary>
    public async Task StoreAsync(string? identity = """{"Name":"pc","State":2,"Password":"secret"}""", string? boundJid = null, OutboxDraft? message = null)
    {
        await using (var database = AhenkDatabase.Open(new StorageOptions { Path = Database }, Time, NullLogger<AhenkDatabase>.Instance))
        {
            if (boundJid is not null)
            {
                await database.Stream.SaveAsync(new StoredStream("s", boundJid, 0, 0));
            }

            if (message is not null)
            {
                await database.Outbox.AddAsync(message);
            }
        }

        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(
            "INSERT INTO grain_state (grain_type, n0, n1, extension, service_id, version, payload) SELECT 'identity', 0, 0, '', 'ahenk', 1, $state WHERE $state IS NOT NULL", connection);
        command.Parameters.AddWithValue("$state", identity is null ? DBNull.Value : System.Text.Encoding.UTF8.GetBytes(identity));
        command.ExecuteNonQuery();
    }

    /// <summary>Writes a file below the machine's root.</summary>
    public string Write(string path, string text)
    {
        Folder.Write(text, path);
        return Path.Combine(Folder.Root, path);
    }

    public void Dispose() => Folder.Dispose();
}
