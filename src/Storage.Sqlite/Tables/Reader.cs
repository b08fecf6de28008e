using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Storage.Sqlite.Rescue;
using Microsoft.Data.Sqlite;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>
/// Reads what is committed, on a connection of its own: in WAL mode a reader waits for no writer. A read takes microseconds, so that readers
/// take turns at one connection.
/// </summary>
internal sealed partial class Reader : IDisposable
{
    /// <summary>Nobody puts a message off for so long: the clock has been set back since, and the message would wait for it to come round again.</summary>
    private static readonly TimeSpan FarthestDue = TimeSpan.FromHours(2);

    private readonly Lock _turn = new();
    private readonly string _path;
    private readonly DamageSignal _damage;
    private readonly SqliteConnection _connection;
    private readonly List<Statement> _statements = [];
    private readonly Statement _task;
    private readonly Statement _tasks;
    private readonly Statement _unfinished;
    private readonly Statement _parked;
    private readonly Statement _pluginValue;
    private readonly Statement _pluginValues;
    private readonly Statement _document;
    private readonly Statement _documents;
    private readonly Statement _due;
    private readonly Statement _nextDue;
    private readonly Statement _stream;
    private readonly Statement _reminder;
    private readonly Statement _remindersOfGrain;
    private readonly Statement _remindersWithin;
    private readonly Statement _remindersOverSeam;
    private readonly Statement _property;
    private readonly Statement _quickCheck;

    public Reader(string path, DamageSignal damage)
    {
        _damage = damage;
        const string TaskColumns = "task_id, plugin, command, parameters, state, received_at, finished_at, response_code, plugin_version, file_server";
        const string ReminderColumns = "grain_id, name, start_at, period, etag";
        _path = path;
        _connection = Connections.Open(path);
        _task = Prepare("SELECT " + TaskColumns + " FROM task WHERE task_id = ?1");
        _tasks = Prepare("SELECT " + TaskColumns + " FROM task ORDER BY arrival DESC LIMIT ?1");
        _unfinished = Prepare("SELECT task_id FROM task WHERE finished_at IS NULL AND state < 3 ORDER BY arrival");
        _parked = Prepare("SELECT task_id FROM task WHERE state = 3 AND (?1 IS NULL OR plugin = ?1) ORDER BY arrival");
        _pluginValue = Prepare("SELECT value FROM plugin_data WHERE plugin = ?1 AND key = ?2");
        _pluginValues = Prepare("SELECT key, value FROM plugin_data WHERE plugin = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key");
        _document = Prepare("SELECT text FROM document WHERE kind = ?1 AND name = ?2");
        _documents = Prepare("SELECT name, text FROM document WHERE kind = ?1 ORDER BY name");
        _due = Prepare("""
            SELECT id, body FROM outbox INDEXED BY outbox_pending WHERE state = 0 AND (not_before <= ?1 OR not_before > ?3) ORDER BY id LIMIT ?2
            """);
        _nextDue = Prepare("SELECT min(not_before) FROM outbox INDEXED BY outbox_pending WHERE state = 0");
        _stream = Prepare("SELECT stream_id, bound_jid, handled, sent FROM stream");
        _reminder = Prepare("SELECT " + ReminderColumns + " FROM reminder WHERE grain_hash = ?1 AND grain_id = ?2 AND name = ?3");
        _remindersOfGrain = Prepare("SELECT " + ReminderColumns + " FROM reminder WHERE grain_hash = ?1 AND grain_id = ?2");
        _remindersWithin = Prepare("SELECT " + ReminderColumns + " FROM reminder WHERE grain_hash > ?1 AND grain_hash <= ?2");
        _remindersOverSeam = Prepare("SELECT " + ReminderColumns + " FROM reminder WHERE grain_hash > ?1 OR grain_hash <= ?2");
        _schedule = Prepare("SELECT " + ScheduleColumns + " FROM schedule s WHERE s.task_id = ?1");
        _scheduleUpdate = Prepare("SELECT cron FROM schedule_update WHERE task_id = ?1 AND received_at > ?2");
        _going = Prepare("SELECT DISTINCT task_id FROM run INDEXED BY run_going WHERE ended_at IS NULL");
        _schedules = Prepare(SchedulesWithTheirLastRun);
        _schedulesAndReminders = Prepare(SchedulesBesideReminders);
        _outboxEntries = Prepare("SELECT " + OutboxColumns + " FROM outbox ORDER BY id LIMIT ?1");
        _outboxMessage = Prepare("SELECT " + OutboxColumns + ", body FROM outbox WHERE id = ?1");
        _outboxMessageOfTask = Prepare(
            "SELECT " + OutboxColumns + ", body FROM outbox WHERE json_valid(body) AND json_extract(body, '$.taskId') = ?1 ORDER BY id DESC LIMIT 1");
        _property = Prepare("SELECT value FROM property WHERE name = ?1");
        _quickCheck = Prepare("PRAGMA quick_check(20)");
    }

    public StoredTask? Task(long taskId) => First(_task, task => task.Bind(1, taskId), ToTask);

    public IReadOnlyList<StoredTask> Tasks(int limit) => All(_tasks, tasks => tasks.Bind(1, limit), ToTask);

    public IReadOnlyList<long> Unfinished() => All(_unfinished, static _ => { }, static row => row.Number(0));

    public IReadOnlyList<long> Parked(string? plugin) => All(_parked, parked => parked.Bind(1, plugin), static row => row.Number(0));

    public string? PluginValue(string plugin, string key) =>
        First(_pluginValue, value => value.Bind(1, plugin).Bind(2, key), static row => row.Text(0));

    public IReadOnlyList<KeyValuePair<string, string>> PluginValues(string plugin, string prefix) => All(
        _pluginValues, values => values.Bind(1, plugin).Bind(2, prefix), static row => KeyValuePair.Create(row.Text(0), row.Text(1)));

    public string? Document(DocumentKey key) =>
        First(_document, document => document.Bind(1, key.Kind).Bind(2, key.Name), static row => row.Text(0));

    public IReadOnlyList<Document> Documents(string kind) => All(
        _documents, documents => documents.Bind(1, kind), row => new Document(new DocumentKey(kind, row.Text(0)), row.Text(1)));

    public IReadOnlyList<OutboxRow> Due(DateTimeOffset now, int limit, string stanzaPrefix) => All(
        _due,
        due => due.Bind(1, now).Bind(2, limit).Bind(3, now + FarthestDue),
        row => new OutboxRow(row.Number(0), StanzaIds.Make(stanzaPrefix, row.Number(0)), row.Text(1)));

    public DateTimeOffset? NextDue() =>
        First(_nextDue, static _ => { }, static row => row.IsNull(0) ? (DateTimeOffset?)null : row.Time(0));

    public StoredStream? Stream() => First(
        _stream, static _ => { }, static row => new StoredStream(row.Text(0), row.Text(1), row.Number(2), row.Number(3)));

    public ReminderEntry? Reminder(GrainId grainId, string name) => First(
        _reminder, row => row.Bind(1, grainId.GetUniformHashCode()).Bind(2, grainId.ToString()).Bind(3, name), ToReminder);

    public IReadOnlyList<ReminderEntry> Reminders(GrainId grainId) => All(
        _remindersOfGrain, rows => rows.Bind(1, grainId.GetUniformHashCode()).Bind(2, grainId.ToString()), ToReminder);

    /// <summary>Those of the grains whose hash is greater than one bound and not greater than the other.</summary>
    public IReadOnlyList<ReminderEntry> RemindersWithin(uint begin, uint end) => All(
        _remindersWithin, rows => rows.Bind(1, begin).Bind(2, end), ToReminder);

    /// <summary>Those of the grains whose hash is greater than one bound or not greater than the other.</summary>
    public IReadOnlyList<ReminderEntry> RemindersOverSeam(uint begin, uint end) => All(
        _remindersOverSeam, rows => rows.Bind(1, begin).Bind(2, end), ToReminder);

    public string? Property(string name) => First(_property, property => property.Bind(1, name), static row => row.Text(0));

    /// <summary>What SQLite's quick check finds wrong; empty: nothing.</summary>
    public IReadOnlyList<string> QuickCheck()
    {
        var lines = All(_quickCheck, static _ => { }, static row => row.Text(0));
        return lines is ["ok"] ? [] : lines;
    }

    public void Dispose()
    {
        lock (_turn)
        {
            _statements.ForEach(static statement => statement.Dispose());
            _connection.Dispose();
        }
    }

    private static StoredTask ToTask(Statement row) => new()
    {
        TaskId = row.Number(0),
        Plugin = row.Text(1),
        Command = row.Text(2),
        Parameters = row.TextOrNull(3),
        State = (TaskState)row.Number(4),
        ReceivedAt = row.Time(5),
        FinishedAt = row.IsNull(6) ? null : row.Time(6),
        ResponseCode = row.TextOrNull(7),
        PluginVersion = row.TextOrNull(8),
        FileServer = row.TextOrNull(9),
    };

    private static ReminderEntry ToReminder(Statement row) => new()
    {
        GrainId = GrainId.Parse(row.Text(0)),
        ReminderName = row.Text(1),
        StartAt = new DateTime(row.Number(2), DateTimeKind.Utc),
        Period = TimeSpan.FromTicks(row.Number(3)),
        ETag = row.Number(4).ToString(CultureInfo.InvariantCulture),
    };

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }

    private T? First<T>(Statement statement, Action<Statement> bind, Func<Statement, T> read) =>
        All(statement, bind, read) is [var first, ..] ? first : default;

    private List<T> All<T>(Statement statement, Action<Statement> bind, Func<Statement, T> read)
    {
        var rows = new List<T>();
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_connection.State != System.Data.ConnectionState.Open, this);
            try
            {
                bind(statement);
                while (statement.Read())
                {
                    rows.Add(read(statement));
                }
            }
            catch (SqliteException error)
            {
                throw _damage.Tell(StorageErrors.From(_path, error));
            }
            finally
            {
                statement.Reset();
            }
        }

        return rows;
    }
}
