using Ahenk.Silo.Offline.Import;
using Microsoft.Data.Sqlite;

namespace Ahenk.Silo.Tests.Import;

/// <summary>A machine with the files of a registered Python Ahenk, in a folder of its own.</summary>
internal sealed class OldMachine : IDisposable
{
    public const string Password = "5f1d7a52-secret";

    /// <summary>The tables as the Python Ahenk makes them (PL 2.9), the later columns of policies and profiles among them.</summary>
    private const string Schema = """
        CREATE TABLE task (id INTEGER, create_date TEXT, modify_date TEXT, command_cls_id TEXT, parameter_map BLOB, deleted INTEGER, plugin TEXT, cron_expr TEXT, file_server TEXT);
        CREATE TABLE schedule_task (id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT);
        CREATE TABLE policy (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT, version TEXT, name TEXT, policy_id INTEGER, assign_date TEXT, execution_id TEXT, expiration_date TEXT);
        CREATE TABLE profile (id INTEGER, create_date TEXT, label TEXT, description TEXT, overridable INTEGER, active TEXT, deleted TEXT, profile_data TEXT, modify_date TEXT, policy_id INTEGER, plugin TEXT);
        CREATE TABLE plugin (id INTEGER PRIMARY KEY AUTOINCREMENT, active TEXT, create_date TEXT, deleted TEXT, description TEXT, machine_oriented TEXT, modify_date TEXT, name TEXT,
            policy_plugin TEXT, user_oriented TEXT, version TEXT, task_plugin TEXT, x_based TEXT);
        CREATE TABLE registration (jid TEXT, password TEXT, registered INTEGER, dn TEXT, params TEXT, timestamp TEXT);
        CREATE TABLE contract (id INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB, title TEXT, timestamp TEXT);
        CREATE TABLE agreement (id INTEGER PRIMARY KEY AUTOINCREMENT, contract_id TEXT, username TEXT, timestamp TEXT, choice TEXT);
        CREATE TABLE session (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT, display TEXT, desktop TEXT, timestamp TEXT, ip TEXT, domain TEXT);
        INSERT INTO registration VALUES ('pc-7', '5f1d7a52-secret', 1, 'cn=pc-7,ou=Ahenkler,dc=example', '{}', '05-03-2026 11:40');
        INSERT INTO plugin (id, name, version) VALUES (1, 'script', '1.0.0'), (2, 'conky', 'None');
        INSERT INTO task VALUES (4211, 'None', 'None', 'EXECUTE_SCRIPT', '{"SCRIPT_CONTENTS": "id", "SCRIPT_TYPE": "BASH"}', 'False', '1', '0 3 * * *', 'null');
        INSERT INTO task VALUES (4212, 'None', 'None', 'EXECUTE_SCRIPT', '{}', 'False', '1', 'None', 'null');
        INSERT INTO schedule_task (task_id) VALUES ('4211');
        INSERT INTO policy (id, type, version, name, policy_id, assign_date, execution_id, expiration_date) VALUES (5, 'U', '12-3', 'ayse', 12, '01/03/2026 09:15:22', '901', 'None');
        INSERT INTO profile VALUES (5, 'None', 'p', 'None', 'True', 'True', 'False', '{"k": "v"}', 'None', 12, '1');
        INSERT INTO contract (id, content, title, timestamp) VALUES (3, 'Kabul ediyor musunuz?', 'Sözleşme', '1772700000000');
        INSERT INTO agreement (contract_id, username, timestamp, choice) VALUES ('3', 'ayse', '05-03-2026 11:40', 'Y');
        """;

    public OldMachine()
    {
        // Only its owner can write there, whatever the umask is.
        Directory.CreateDirectory(Path.Combine(Root, "etc", "config.d"));
        File.WriteAllText(Configuration, $"""
            [BASE]
            logconfigurationfilepath = /etc/ahenk/log.conf
            dbpath = {Database}

            [PLUGIN]
            pluginfolderpath = /usr/share/ahenk/plugins/
            mainmodulename = main

            [CONNECTION]
            uid = pc-7
            password = {Password}
            host = lider.example
            port = 5222
            use_tls = false
            receiverjid = lider_sunucu
            receiverresource =
            servicename = im.example
            receivefileparam = /tmp/

            [SESSION]
            agreement_timeout = 30
            registration_timeout = 30
            get_policy_timeout = 30

            [MACHINE]
            type = default
            agreement = 2
            user_disabled = false

            """);
        File.WriteAllText(
            Path.Combine(Root, "etc", "config.d", "test"),
            $"[BASE]\nstatedir = {Root}/state\nrundir = {Root}/run\nlogfile = {Root}/log/ahenk.log\nauditlog = {Root}/log/audit.log\n");
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("ahenk-import-test-").FullName;

    public string Configuration => Path.Combine(Root, "etc", "ahenk.conf");

    public string Database => Path.Combine(Root, "etc", "ahenk.db");

    public string Backups => Path.Combine(Root, "backup");

    public string OwnDatabase => Path.Combine(Root, "state", "ahenk.db");

    public string Log => File.ReadAllText(Path.Combine(Root, "log", "ahenk.log"));

    public ImportOptions Options => new() { Backup = Backups };

    /// <summary>Everything below the folder: names, modes and contents.</summary>
    public IReadOnlyList<string> Everything => [.. Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
        .Select(path => $"{path} {File.GetUnixFileMode(path)} {(Directory.Exists(path) ? "" : Convert.ToHexString(File.ReadAllBytes(path)))}").Order()];

    /// <summary>Makes the Python Ahenk's database.</summary>
    public OldMachine WithDatabase(string changes = "")
    {
        using (var connection = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = Schema + changes;
            command.ExecuteNonQuery();
        }

        File.SetUnixFileMode(Database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        return this;
    }

    /// <summary>Runs <c>ahenk import</c>.</summary>
    public Task<ImportAnswer> ImportAsync(ImportOptions? options = null) =>
        ImportWord.RunAsync(Configuration, options ?? Options, TimeProvider.System, TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
