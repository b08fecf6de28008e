using System.Globalization;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Import;
using Ahenk.Grains.Interfaces;
using Ahenk.Machine.Linux;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Hosting;
using Ahenk.Silo.Logging;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace Ahenk.Silo.Offline.Import;

/// <summary>Takes over the state of the Python Ahenk, once. A dry run does the same to copies.</summary>
internal sealed partial class Importer
{
    private const long MostDatabaseBytes = 256L << 20;
    private const long MostConfigurationBytes = 1L << 20;
    private const string NotTakenOver = "schedules, policies, the user agreement and sessions are not taken over";

    private readonly AhenkSettings _settings;
    private readonly string _configurationFile;
    private readonly ImportOptions _options;
    private readonly DateTimeOffset _bootedAt;
    private readonly DaemonLog _log;
    private readonly ImportReport _report;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public Importer(
        AhenkSettings settings, string configurationFile, ImportOptions options, DateTimeOffset bootedAt, DaemonLog log, ImportReport report, TimeProvider time)
    {
        _settings = settings;
        _configurationFile = configurationFile;
        _options = options;
        _bootedAt = bootedAt;
        _log = log;
        _report = report;
        _time = time;
        using var loggers = new SerilogLoggerFactory(log.Logger);
        _logger = loggers.CreateLogger<Importer>();
    }

    /// <summary>Does it.</summary>
    /// <exception cref="ImportException">Nothing was taken over.</exception>
    public async Task<ImportAnswer> RunAsync(CancellationToken cancellationToken)
    {
        using var scratch = _options.IsDryRun ? ImportFolder.Temporary() : null;
        if (scratch is null)
        {
            Directories.Prepare(_settings);
        }

        await using var target = await ImportTarget.OpenAsync(
            scratch is null ? _settings.DatabaseFile : CopyOwnDatabase(scratch.FullPath), _log.Logger, _time, cancellationToken);
        if (await target.FindMarkerAsync() is { } done)
        {
            return new ImportAnswer(
                ImportAnswer.Done,
                string.Create(CultureInfo.InvariantCulture, $"The state of the Python Ahenk was taken over on {done.At:u} already, as {done.Name}. Nothing is to be done."),
                _report)
            { Backup = done.Backup };
        }

        if (target.Identity is { Name.Length: > 0, State: not RegistrationState.Unregistered } known)
        {
            throw new ImportException($"This agent is registered with Lider already, as {known.Name}.");
        }

        return await ImportAsync(target, scratch);
    }

    private async Task<ImportAnswer> ImportAsync(ImportTarget target, ImportFolder? scratch)
    {
        var (configurationSource, isOurs) = (_options.ConfigurationOr(_configurationFile), _options.ConfigurationOr(_configurationFile) == _configurationFile);
        RequireSomething(configurationSource);
        using var backup = scratch is null ? ImportFolder.Backup(_options.Backup, _time.GetUtcNow()) : null;
        var copies = scratch ?? backup!;
        var configuration = CopyConfiguration(configurationSource, copies);
        var databaseSource = _options.DatabaseOr(configuration?.Database, configurationSource);
        using var database = CopyDatabase(databaseSource, copies);
        var reader = database is null ? null : new OldAgentReader(database, _report);
        var identity = Choose(configuration, isOurs, reader?.ReadIdentity());
        _log.Secrets.Register(identity.Password);
        _report.Take("identity", $"This machine is {ImportReport.Quote(identity.Name)} at Lider{(identity.Dn is null ? "" : $" ({ImportReport.Quote(identity.Dn)})")}; its password is kept.");
        configuration?.Describe(isOurs, _report);
        var state = new StateImport(
            reader?.Read() ?? new OldAgent(), identity.Name, _settings.Schedules, new MachineBoot(), _bootedAt, _time, _report);

        // The identity comes last: an import that is cut short is done again.
        copies.IsKept = scratch is null;
        await state.StoreAsync(target.Documents, target.Schedules);
        var now = _time.GetUtcNow();
        await target.FinishAsync(
            new AgentIdentity
            {
                Name = identity.Name,
                Password = identity.Password!,
                Dn = identity.Dn,
                State = RegistrationState.Verified,
                RegisteredAt = now,
                Host = isOurs ? null : configuration?.Host,
            },
            new ImportMarker(now, identity.Name, copies.FullPath));
        LogDone(identity.Name, _report.Taken.Count, _report.LeftOut.Count, copies.FullPath);
        foreach (var line in _report.LeftOut)
        {
            LogLeftOut(line.Subject, line.Text);
        }

        if (_options.IsDryRun)
        {
            return new ImportAnswer(ImportAnswer.Done, "This is what would be taken over from the Python Ahenk; nothing was changed.", _report);
        }

        if (OfflineAudit.Write(_settings.Log, AuditAction.StateImported, $"as {identity.Name}; copied to {copies.FullPath}", _time) is { } unnoted)
        {
            _report.Remark("audit", unnoted);
        }

        return new ImportAnswer(
            ImportAnswer.Done,
            $"The state of the Python Ahenk is taken over. Its files are kept in {copies.FullPath}. The agent uses it from its next start: systemctl start ahenk",
            _report)
        { Backup = copies.FullPath };
    }

    /// <summary>No backup is made of nothing.</summary>
    private void RequireSomething(string configuration)
    {
        var database = _options.DatabaseOr(null, configuration);
        if (!Path.Exists(configuration) && !Path.Exists(database))
        {
            throw new ImportException($"There is no Python Ahenk's {configuration}, and no {database}. Say with --from, --database or --configuration where its files are.");
        }
    }

    private OldConfiguration? CopyConfiguration(string source, ImportFolder copies)
    {
        try
        {
            if (OldFile.Copy(source, copies.Configuration, MostConfigurationBytes))
            {
                return OldConfiguration.Read(copies.Configuration);
            }

            _report.Remark("configuration", $"There is no {source}.");
        }
        catch (ImportException refusal)
        {
            _report.LeaveOut("configuration", refusal.Message);
        }

        return null;
    }

    /// <summary>A database that is missing or damaged is left out. One that somebody can put right ends the import: it is done only once.</summary>
    private OldDatabase? CopyDatabase(string source, ImportFolder copies)
    {
        var unfinished = new List<string>();
        try
        {
            if (!OldFile.Copy(source, copies.Database, MostDatabaseBytes))
            {
                _report.LeaveOut("database", $"There is no {source}: {NotTakenOver}.");
                return null;
            }

            foreach (var companion in (string[])["-journal", "-wal"])
            {
                if (OldFile.Copy(source + companion, copies.Database + companion, MostDatabaseBytes) && new FileInfo(copies.Database + companion).Length > 0)
                {
                    unfinished.Add(source + companion);
                }
            }
        }
        catch (ImportException refusal)
        {
            throw new ImportException($"{refusal.Message}\nPut that right, and do it again. To do without it, move {source} away: then {NotTakenOver}.", refusal);
        }

        try
        {
            var database = OldDatabase.Open(copies.Database, isWhole: unfinished.Count == 0);
            foreach (var file in unfinished)
            {
                _report.Remark("database", $"{file} is not empty: the Python Ahenk was writing, or was killed. A change that it had not finished is taken back, and one that it had is taken over.");
            }

            return database;
        }
        catch (ImportException damage)
        {
            _report.LeaveOut("database", $"{source} is not used: {damage.Message} So {NotTakenOver}; Lider sends policies again.");
            return null;
        }
    }

    /// <summary>The Python Ahenk logs in with what stands in its configuration; its database has the rest.</summary>
    private OldIdentity Choose(OldConfiguration? configuration, bool isOurs, OldIdentity? registered)
    {
        if (isOurs && _settings.Gateway.RegisterWithAccount)
        {
            // Then the name and password there are not the Python Ahenk's, but what this agent is to register with.
            configuration = null;
        }

        var name = LocalPart(configuration?.Name) ?? LocalPart(registered?.Name);
        var isSame = string.Equals(name, LocalPart(registered?.Name), StringComparison.OrdinalIgnoreCase);
        var password = LocalPart(configuration?.Name) is not null ? configuration?.Password ?? (isSame ? registered?.Password : null) : registered?.Password;
        if (name is null || password is null)
        {
            throw new ImportException(
                "The Python Ahenk of this machine is not registered: neither its ahenk.conf ([CONNECTION] uid and password) nor its database has a name and a password. Register with 'ahenk register HOST USER'.");
        }

        if (registered is not null && !isSame)
        {
            _report.Remark("identity", $"The database calls this machine {ImportReport.Quote(registered.Name)}; the name in ahenk.conf counts, as it did for the Python Ahenk.");
        }

        return new OldIdentity(name, password, isSame ? registered?.Dn : null);
    }

    private string? LocalPart(string? name)
    {
        var local = name?.Split('@')[0];
        if (string.IsNullOrEmpty(local))
        {
            return null;
        }

        return Jid.TryParse($"{local}@{_settings.Gateway.ServiceName}", out var jid) && jid.Resource is null && !local.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
            ? local
            : throw new ImportException($"{ImportReport.Quote(local)} cannot be the name of an account.");
    }

    /// <summary>This agent's own database with what is not yet in its file, so that a dry run finds what the real one would.</summary>
    private string CopyOwnDatabase(string folder)
    {
        var copy = Path.Combine(folder, "own.db");
        foreach (var companion in (string[])["", "-wal"])
        {
            OldFile.Copy(_settings.DatabaseFile + companion, copy + companion, long.MaxValue);
        }

        return copy;
    }

    [LoggerMessage(4000, LogLevel.Information, "[IMPORT] The state of the Python Ahenk is taken over as {Name}: {Taken} things, {LeftOut} left out; its files are kept in {Backup}")]
    private partial void LogDone(string name, int taken, int leftOut, string backup);

    [LoggerMessage(4001, LogLevel.Warning, "[IMPORT] {Subject}: {Text}")]
    private partial void LogLeftOut(string subject, string text);
}
