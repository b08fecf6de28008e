using Ahenk.Configuration;
using Ahenk.FileTransfer;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting;
using Ahenk.Plugins.Hosting.Installing;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Hosting.Python;
using Ahenk.Silo.Diagnostics;
using Ahenk.Silo.Logging;
using Keys = Ahenk.Configuration.ConfigurationKeys;

namespace Ahenk.Silo.Configuration;

/// <summary>Everything <c>ahenk.conf</c> says, checked. docs/configuration.md lists the keys.</summary>
public sealed record AhenkSettings
{
    /// <summary>The version told to Lider and to XMPP.</summary>
    public static string AgentVersion { get; } = typeof(AhenkSettings).Assembly.GetName().Version!.ToString(3);

    /// <summary>The database. <c>[BASE] statedir</c> + <c>/ahenk.db</c>.</summary>
    public required string DatabaseFile { get; init; }

    /// <summary>Where copies of forgotten state are kept. <c>[BASE] backupdir</c>.</summary>
    public required string BackupDirectory { get; init; }

    /// <summary>Where the control socket is made. <c>[BASE] rundir</c>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Private files of running commands. <c>[BASE] statedir</c> + <c>/tmp</c>.</summary>
    public required string PrivateDirectory { get; init; }

    /// <summary>How the agent ends.</summary>
    public required EndingOptions Ending { get; init; }

    /// <summary>What is logged, and where.</summary>
    public required LogOptions Log { get; init; }

    /// <summary>Where plugins are and how they are run.</summary>
    public required PluginHostOptions PluginHost { get; init; }

    /// <summary>How Python plugins are run.</summary>
    public required PythonOptions Python { get; init; }

    /// <summary>What the processes of plugins may use.</summary>
    public required PluginLimits PluginLimits { get; init; }

    /// <summary>How files travel.</summary>
    public required FileTransferOptions Files { get; init; }

    /// <summary>Most rows of the outbox. <c>[OUTBOX] max_rows</c>.</summary>
    public required int OutboxRows { get; init; }

    /// <summary>Most bytes of the outbox. <c>[OUTBOX] max_mib</c>.</summary>
    public required long OutboxBytes { get; init; }

    /// <summary>How tasks are answered.</summary>
    public required TaskOptions Tasks { get; init; }

    /// <summary>How scheduled tasks are run.</summary>
    public required ScheduleOptions Schedules { get; init; }

    /// <summary>How users are dealt with.</summary>
    public required PeopleOptions People { get; init; }

    /// <summary>How plugins are waited for and run.</summary>
    public required PluginOptions Plugins { get; init; }

    /// <summary>How packages of plugins are installed.</summary>
    public required PluginInstallerOptions PluginInstaller { get; init; }

    /// <summary>How Lider is reached.</summary>
    public required GatewayOptions Gateway { get; init; }

    /// <summary>What can be seen of the agent from outside.</summary>
    public required DiagnosticsOptions Diagnostics { get; init; }

    /// <summary>Reads and checks the files.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed; names all of it.</exception>
    public static AhenkSettings Read(string path)
    {
        var files = ConfigurationFiles.Read(path);
        ConfigurationCheck.Require(files);
        return Read(new ConfigurationValues(files));
    }

    /// <summary>Makes settings of the values that count.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed.</exception>
    public static AhenkSettings Read(ConfigurationValues values)
    {
        var state = values.Text(Keys.StateDirectory);
        var plugins = values.Text(Keys.PluginDirectories).Split(':');
        var pythonHost = values.Optional(Keys.PythonHostDirectory) ?? Path.Combine(AppContext.BaseDirectory, "python-host");
        var stanza = values.Number(Keys.StanzaKibibytes) * 1024;
        return new AhenkSettings
        {
            DatabaseFile = Path.Combine(state, "ahenk.db"),
            PrivateDirectory = Path.Combine(state, "tmp"),
            RunDirectory = values.Text(Keys.RunDirectory),
            BackupDirectory = values.Text(Keys.BackupDirectory),
            Ending = new EndingOptions { Timeout = TimeSpan.FromSeconds(values.Number(Keys.ShutdownTimeout)) },
            Log = new LogOptions
            {
                File = values.Text(Keys.LogFile),
                AuditFile = values.Text(Keys.AuditLog),
                Level = LogLevels.Parse(values.Word(Keys.LogLevel))!.Value,
                MostBytes = values.Number(Keys.LogMebibytes) * 1024L * 1024,
                Keep = TimeSpan.FromDays(values.Number(Keys.LogDays)),
                MostAuditBytes = values.Number(Keys.AuditMebibytes) * 1024L * 1024,
            },
            PluginHost = new PluginHostOptions
            {
                Directories = plugins,
                Disabled = values.List(Keys.DisabledPlugins),
                ModeTimeout = TimeSpan.FromSeconds(values.Number(Keys.ModeTimeout)),
                PythonHostDirectory = pythonHost,
                AgentVersion = AgentVersion,
            },
            Python = new PythonOptions
            {
                HostDirectory = pythonHost,
                StateDirectory = Path.Combine(state, "python"),
                PrivateDirectory = Path.Combine(state, "tmp"),
                ConfigurationFile = values.MainFile,
                PluginsDirectory = plugins[0],
                AgentVersion = AgentVersion,
            },
            PluginLimits = new PluginLimits
            {
                MemoryBytes = values.Number(Keys.PluginMemory) * 1024L * 1024,
                Idle = TimeSpan.FromMinutes(values.Number(Keys.PluginIdle)),
            },
            Files = new FileTransferOptions
            {
                KnownHostsFile = values.Optional(Keys.KnownHosts) ?? Path.Combine(state, "known_hosts"),
                SshKeyFile = values.Optional(Keys.SshKey),
                CaFile = values.Optional(Keys.FilesCaFile),
                MaxFetchBytes = values.Number(Keys.FetchMebibytes) * 1024L * 1024,
            },
            OutboxRows = values.Number(Keys.OutboxRows),
            OutboxBytes = values.Number(Keys.OutboxMebibytes) * 1024L * 1024,
            Tasks = new TaskOptions
            {
                AnswerDelay = TimeSpan.FromMilliseconds(values.Number(Keys.AnswerDelay)),
                MaxStanzaBytes = stanza,
                Keep = TimeSpan.FromDays(values.Number(Keys.TaskDays)),
            },
            Schedules = new ScheduleOptions
            {
                MissedRun = values.Word(Keys.MissedRun) == "once" ? MissedRun.Once : MissedRun.Skip,
                Overlap = values.Word(Keys.Overlap) == "queue" ? Overlap.Queue : Overlap.Skip,
                SplaySeconds = values.Number(Keys.Splay),
            },
            People = new PeopleOptions
            {
                AgreementRequired = values.Word(Keys.Agreement) is "1" or "true",
                AgreementTimeout = TimeSpan.FromSeconds(values.Number(Keys.AgreementTimeout)),
                AllowWithoutUi = values.Word(Keys.AgreementWithoutUi) == "allow",
                PolicyTimeout = TimeSpan.FromSeconds(values.Number(Keys.PolicyTimeout)),
                IsTurkish = values.Word(Keys.Language) switch { "tr" => true, "en" => false, _ => IsSystemTurkish() },
            },
            Plugins = new PluginOptions
            {
                InstallTimeout = TimeSpan.FromSeconds(values.Number(Keys.InstallTimeout)),
                MostParallel = values.Number(Keys.ParallelCommands),
            },
            PluginInstaller = new PluginInstallerOptions
            {
                Policy = values.Word(Keys.PackagePolicy) switch
                {
                    "signed" => PackagePolicy.Signed,
                    "any" => PackagePolicy.Any,
                    "never" => PackagePolicy.Never,
                    _ => PackagePolicy.Trusted,
                },
                Keyring = values.Optional(Keys.PackageKeyring),
            },
            Gateway = ReadGateway(values, stanza),
            Diagnostics = DiagnosticsOptions.Read(values),
        };
    }

    /// <summary>
    /// Takes over what can be changed while the agent runs: those who have these options read them when they need them. The keys of what is taken over are
    /// marked in the table.
    /// </summary>
    public void Adopt(AhenkSettings changed)
    {
        Ending.Timeout = changed.Ending.Timeout;
        Log.Adopt(changed.Log);
        PluginHost.Disabled = changed.PluginHost.Disabled;
        PluginHost.ModeTimeout = changed.PluginHost.ModeTimeout;
        Plugins.InstallTimeout = changed.Plugins.InstallTimeout;
        Plugins.MostParallel = changed.Plugins.MostParallel;
        Tasks.AnswerDelay = changed.Tasks.AnswerDelay;
        Tasks.Keep = changed.Tasks.Keep;
        Schedules.MissedRun = changed.Schedules.MissedRun;
        Schedules.Overlap = changed.Schedules.Overlap;
        Schedules.SplaySeconds = changed.Schedules.SplaySeconds;
    }

    /// <summary>Whether the language of the system is Turkish, or not known.</summary>
    internal static bool IsSystemTurkish()
    {
        var locale = Environment.GetEnvironmentVariable("LC_ALL") is { Length: > 0 } all ? all : Environment.GetEnvironmentVariable("LANG");
        return string.IsNullOrEmpty(locale) || locale is "C" or "POSIX" or "C.UTF-8" || locale.StartsWith("tr", StringComparison.OrdinalIgnoreCase);
    }

    private static GatewayOptions ReadGateway(ConfigurationValues values, int stanza)
    {
        var service = values.Text(Keys.ServiceName);
        return new GatewayOptions
        {
            Host = values.Text(Keys.Host),
            Port = values.Number(Keys.Port),
            ServiceName = service,
            Lider = Jid.Parse($"{values.Text(Keys.ReceiverAccount)}@{service}/{values.Text(Keys.ReceiverResource)}"),
            Tls = values.Word(Keys.UseTls) switch
            {
                "optional" => TlsMode.Optional,
                "never" or "false" => TlsMode.Never,
                _ => TlsMode.Required,
            },
            CaFile = values.Optional(Keys.TlsCaFile),
            CertificatePin = values.Optional(Keys.CertificatePin),
            MaxStanzaBytes = stanza,
            RegisterWithAccount = values.Word(Keys.RegisterWith) == "account",
            AccountName = values.Optional(Keys.AccountName),
            AccountPassword = values.Optional(Keys.AccountPassword),
            RegistrationCredentialFile = values.Optional(Keys.RegistrationCredential) ?? SystemdCredential(),
            RegistrationTimeout = TimeSpan.FromSeconds(values.Number(Keys.RegistrationTimeout)),
            AgentVersion = AgentVersion,
        };
    }

    private static string? SystemdCredential() =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, "ahenk-registration"))
            ? Path.Combine(folder, "ahenk-registration")
            : null;
}
