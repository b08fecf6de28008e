using Ahenk.FileTransfer;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting;
using Ahenk.Plugins.Hosting.Installing;
using Ahenk.Plugins.Hosting.Processes;
using Ahenk.Plugins.Hosting.Python;
using Serilog.Events;

namespace Ahenk.Silo.Configuration;

/// <summary>Everything <c>ahenk.conf</c> says, checked. docs/configuration.md lists the keys.</summary>
public sealed record AhenkSettings
{
    /// <summary>The version told to Lider and to XMPP.</summary>
    public static string AgentVersion { get; } = typeof(AhenkSettings).Assembly.GetName().Version!.ToString(3);

    /// <summary>The database. <c>[BASE] statedir</c> + <c>/ahenk.db</c>.</summary>
    public required string DatabaseFile { get; init; }

    /// <summary>Where the control socket is made. <c>[BASE] rundir</c>.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Private files of running commands. <c>[BASE] statedir</c> + <c>/tmp</c>.</summary>
    public required string PrivateDirectory { get; init; }

    /// <summary>The log file. <c>[BASE] logfile</c>.</summary>
    public required string LogFile { get; init; }

    /// <summary>The least level that is logged. <c>[BASE] loglevel</c>.</summary>
    public required LogEventLevel LogLevel { get; init; }

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

    /// <summary>Reads and checks the files.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed.</exception>
    public static AhenkSettings Read(string path) => Read(new ConfigurationReader(new ConfigurationFiles(path)));

    /// <summary>Checks what a reader finds.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed.</exception>
    public static AhenkSettings Read(ConfigurationReader reader)
    {
        var state = reader.FilePath("BASE", "statedir", "/var/lib/ahenk");
        var plugins = reader.Paths("PLUGIN", "pluginfolderpath", "/usr/share/ahenk/plugins");
        var pythonHost = reader.FilePath("PLUGIN", "pythonhostpath", null) ?? Path.Combine(AppContext.BaseDirectory, "python-host");
        var stanza = reader.Number("CONNECTION", "max_stanza_kib", 60, 4, 1024) * 1024;
        return new AhenkSettings
        {
            DatabaseFile = Path.Combine(state, "ahenk.db"),
            PrivateDirectory = Path.Combine(state, "tmp"),
            RunDirectory = reader.FilePath("BASE", "rundir", "/run/ahenk"),
            LogFile = reader.FilePath("BASE", "logfile", "/var/ahenk/log/ahenk.log"),
            LogLevel = reader.Choice(
                "BASE",
                "loglevel",
                LogEventLevel.Information,
                ("debug", LogEventLevel.Debug),
                ("info", LogEventLevel.Information),
                ("warning", LogEventLevel.Warning),
                ("error", LogEventLevel.Error)),
            PluginHost = new PluginHostOptions
            {
                Directories = plugins,
                Disabled = reader.List("PLUGIN", "disabled"),
                ModeTimeout = TimeSpan.FromSeconds(reader.Number("PLUGIN", "mode_timeout", 60, 1, 3600)),
                PythonHostDirectory = pythonHost,
                AgentVersion = AgentVersion,
            },
            Python = new PythonOptions
            {
                HostDirectory = pythonHost,
                StateDirectory = Path.Combine(state, "python"),
                PrivateDirectory = Path.Combine(state, "tmp"),
                ConfigurationFile = reader.MainFile,
                PluginsDirectory = plugins[0],
                AgentVersion = AgentVersion,
            },
            PluginLimits = new PluginLimits
            {
                MemoryBytes = reader.Number("PLUGIN", "memory_limit_mib", 512, 32, 1024 * 1024) * 1024L * 1024,
                Idle = TimeSpan.FromMinutes(reader.Number("PLUGIN", "idle_minutes", 5, 1, 1440)),
            },
            Files = new FileTransferOptions
            {
                KnownHostsFile = reader.FilePath("FILES", "known_hosts_file", null) ?? Path.Combine(state, "known_hosts"),
                SshKeyFile = reader.FilePath("FILES", "ssh_key_file", null),
                CaFile = reader.FilePath("FILES", "ca_file", null),
                MaxFetchBytes = reader.Number("FILES", "max_fetch_mib", 1024, 1, 1024 * 1024) * 1024L * 1024,
            },
            OutboxRows = reader.Number("OUTBOX", "max_rows", 10_000, 100, 1_000_000),
            OutboxBytes = reader.Number("OUTBOX", "max_mib", 64, 1, 1024) * 1024L * 1024,
            Tasks = new TaskOptions
            {
                AnswerDelay = TimeSpan.FromMilliseconds(reader.Number("CONNECTION", "answer_delay_ms", 500, 0, 60_000)),
                MaxStanzaBytes = stanza,
                Keep = TimeSpan.FromDays(reader.Number("TASK", "keep_days", 30, 1, 3650)),
            },
            Schedules = new ScheduleOptions
            {
                MissedRun = reader.Choice("SCHEDULER", "missed_run", MissedRun.Skip, ("skip", MissedRun.Skip), ("once", MissedRun.Once)),
                Overlap = reader.Choice("SCHEDULER", "overlap", Overlap.Skip, ("skip", Overlap.Skip), ("queue", Overlap.Queue)),
                SplaySeconds = reader.Number("SCHEDULER", "splay_seconds", 0, 0, 86_400),
            },
            People = new PeopleOptions
            {
                AgreementRequired = reader.Choice("MACHINE", "agreement", false, ("1", true), ("0", false), ("true", true), ("false", false)),
                AgreementTimeout = TimeSpan.FromSeconds(reader.Number("SESSION", "agreement_timeout", 300, 10, 86_400)),
                AllowWithoutUi = reader.Choice("MACHINE", "agreement_without_ui", true, ("allow", true), ("end", false)),
                PolicyTimeout = TimeSpan.FromSeconds(reader.Number("SESSION", "get_policy_timeout", 30, 1, 3600)),
                IsTurkish = reader.Choice("MACHINE", "language", IsSystemTurkish(), ("tr", true), ("en", false)),
            },
            Plugins = new PluginOptions
            {
                InstallTimeout = TimeSpan.FromSeconds(reader.Number("PLUGIN", "install_timeout", 600, 1, 86_400)),
                MostParallel = reader.Number("PLUGIN", "parallel", 4, 1, 64),
            },
            PluginInstaller = new PluginInstallerOptions
            {
                Policy = reader.Choice(
                    "PLUGIN",
                    "package_policy",
                    PackagePolicy.Trusted,
                    ("trusted", PackagePolicy.Trusted),
                    ("signed", PackagePolicy.Signed),
                    ("any", PackagePolicy.Any),
                    ("never", PackagePolicy.Never)),
                Keyring = reader.FilePath("PLUGIN", "package_keyring", null),
            },
            Gateway = ReadGateway(reader, stanza),
        };
    }

    /// <summary>Whether the language of the system is Turkish, or not known.</summary>
    internal static bool IsSystemTurkish()
    {
        var locale = Environment.GetEnvironmentVariable("LC_ALL") is { Length: > 0 } all ? all : Environment.GetEnvironmentVariable("LANG");
        return string.IsNullOrEmpty(locale) || locale is "C" or "POSIX" or "C.UTF-8" || locale.StartsWith("tr", StringComparison.OrdinalIgnoreCase);
    }

    private static GatewayOptions ReadGateway(ConfigurationReader reader, int stanza)
    {
        var service = reader.Checked("CONNECTION", "servicename", "im.liderahenk.org", IsDomain, "an XMPP domain, for example im.liderahenk.org");
        var account = reader.Checked(
            "CONNECTION", "receiverjid", "lider_sunucu", text => Jid.TryParse($"{text}@{service}", out _), "the part of Lider's JID before the @");
        var resource = reader.Checked(
            "CONNECTION", "receiverresource", "Smack", text => Jid.TryParse($"{account}@{service}/{text}", out _), "the part of Lider's JID after the /");
        var withAccount = reader.Choice("CONNECTION", "register_with", false, ("anonymous", false), ("account", true));
        var (name, password) = (reader.Optional("CONNECTION", "uid"), reader.Optional("CONNECTION", "password"));
        if (withAccount && (name is null || password is null))
        {
            throw new ConfigurationException("[CONNECTION] register_with = account needs uid and password, the account's name and password.");
        }

        return new GatewayOptions
        {
            Host = reader.Text("CONNECTION", "host"),
            Port = reader.Number("CONNECTION", "port", 5222, 1, 65535),
            ServiceName = service,
            Lider = Jid.Parse($"{account}@{service}/{resource}"),
            Tls = reader.Choice(
                "CONNECTION",
                "use_tls",
                TlsMode.Required,
                ("required", TlsMode.Required),
                ("optional", TlsMode.Optional),
                ("never", TlsMode.Never),
                ("true", TlsMode.Required),
                ("false", TlsMode.Never)),
            CaFile = reader.FilePath("CONNECTION", "tls_ca_file", null),
            CertificatePin = reader.Checked(
                "CONNECTION", "tls_certificate_sha256", null, IsFingerprint, "64 hexadecimal digits, with or without colons between the bytes"),
            MaxStanzaBytes = stanza,
            RegisterWithAccount = withAccount,
            AccountName = name,
            AccountPassword = password,
            RegistrationCredentialFile = reader.FilePath("CONNECTION", "registration_credential_file", null) ?? SystemdCredential(),
            RegistrationTimeout = TimeSpan.FromSeconds(reader.Number("SESSION", "registration_timeout", 30, 1, 3600)),
            AgentVersion = AgentVersion,
        };
    }

    private static bool IsDomain(string text) => Jid.TryParse(text, out var jid) && jid is { Local: null, Resource: null };

    private static bool IsFingerprint(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit);
    }

    private static string? SystemdCredential() =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, "ahenk-registration"))
            ? Path.Combine(folder, "ahenk-registration")
            : null;
}
