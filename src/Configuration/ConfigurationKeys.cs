namespace Ahenk.Configuration;

/// <summary>All keys, in the order in which they are shown. A new key is added to <see cref="All"/> too; a test holds docs/configuration.md against it.</summary>
public static class ConfigurationKeys
{
    /// <summary>Where state lies.</summary>
    public static readonly TextKey StateDirectory = TextKey.ForPath(
        "BASE", "statedir", "/var/lib/ahenk", "directory of the database (`ahenk.db`) and of private files of running commands; mode 0700");

    /// <summary>Where copies of forgotten state are kept.</summary>
    public static readonly TextKey BackupDirectory = TextKey.ForPath(
        "BASE", "backupdir", "/var/ahenk/backup", "directory of what `ahenk clean` keeps of configuration and state ([how](registration.md#clean)); mode 0700");

    /// <summary>Where the control socket is made.</summary>
    public static readonly TextKey RunDirectory = new("BASE", "rundir", "/run/ahenk", "directory of the control socket")
    { Rule = (ValueRules.IsSocketDirectory, $"an absolute path of at most {ValueRules.MostSocketDirectoryBytes} bytes") };

    /// <summary>The log.</summary>
    public static readonly TextKey LogFile = TextKey.ForPath("BASE", "logfile", "/var/ahenk/log/ahenk.log", "the log file ([how it is rolled](logging.md))");

    /// <summary>The audit log.</summary>
    public static readonly TextKey AuditLog = TextKey.ForPath(
        "BASE", "auditlog", "/var/ahenk/log/audit.log", "who asked for what, when, with what result ([its form](logging.md#the-audit-log)); mode 0600");

    /// <summary>The least level that is logged.</summary>
    public static readonly ChoiceKey LogLevel = new(
        "BASE", "loglevel", "info", ["debug", "info", "warning", "error"], "the least level that is logged")
    { AppliesAtOnce = true };

    /// <summary>How long running plugins are waited for at the end.</summary>
    public static readonly NumberKey ShutdownTimeout = new(
        "BASE", "shutdown_timeout", 60, 1, 600, "seconds that running plugins are waited for when the agent ends, before they are ended by force ([how it ends](running.md#stopping))")
    { AppliesAtOnce = true };

    /// <summary>The log's cap.</summary>
    public static readonly NumberKey LogMebibytes = new(
        "LOG", "max_mib", 64, 1, 10_240, "MiB that all files of the log take together; beyond, the oldest are deleted")
    { AppliesAtOnce = true };

    /// <summary>The log's age.</summary>
    public static readonly NumberKey LogDays = new("LOG", "keep_days", 30, 1, 3650, "days after which files of the log are deleted") { AppliesAtOnce = true };

    /// <summary>The audit log's cap.</summary>
    public static readonly NumberKey AuditMebibytes = new(
        "LOG", "audit_max_mib", 64, 1, 10_240, "MiB that all files of the audit log take together; beyond, the oldest are deleted")
    { AppliesAtOnce = true };

    /// <summary>Where plugins are.</summary>
    public static readonly TextKey PluginDirectories = new(
        "PLUGIN",
        "pluginfolderpath",
        "/usr/share/ahenk/plugins",
        "directory of the plugin folders; several with colons between them: of two plugins with the same name the one in the earlier is used")
    { Rule = (ValueRules.ArePaths, "absolute paths with colons between them") };

    /// <summary>Plugins that are not used.</summary>
    public static readonly TextKey DisabledPlugins = new("PLUGIN", "disabled", null, "names of plugins that are not used, with commas between them") { AppliesAtOnce = true };

    /// <summary>How long a mode may take.</summary>
    public static readonly NumberKey ModeTimeout = new(
        "PLUGIN", "mode_timeout", 60, 1, 3600, "seconds a plugin's mode (init, login, logout, safe, shutdown) may take")
    { AppliesAtOnce = true };

    /// <summary>Where the host of Python plugins is.</summary>
    public static readonly TextKey PythonHostDirectory =
        TextKey.ForPath("PLUGIN", "pythonhostpath", null, "directory of `ahenk_host.py`, which runs plugins of the Python Ahenk") with { DefaultNote = "beside the daemon" };

    /// <summary>Memory of a plugin's process.</summary>
    public static readonly NumberKey PluginMemory = new(
        "PLUGIN", "memory_limit_mib", 512, 32, 1_048_576, "MiB of memory that the process of a Python plugin, or a plugin's program, may use");

    /// <summary>How long an idle process of a plugin is kept.</summary>
    public static readonly NumberKey PluginIdle = new(
        "PLUGIN", "idle_minutes", 5, 1, 1440, "minutes the process of a Python plugin is kept for the next call; what it has in its globals goes with it");

    /// <summary>How long a plugin is waited for.</summary>
    public static readonly NumberKey InstallTimeout = new(
        "PLUGIN",
        "install_timeout",
        600,
        1,
        86_400,
        "seconds a task or profile waits for a plugin that is not here; then it is answered with an error, and still done if the plugin comes later")
    { AppliesAtOnce = true };

    /// <summary>How many parallel commands.</summary>
    public static readonly NumberKey ParallelCommands = new(
        "PLUGIN", "parallel", 4, 1, 64, "how many parallel commands of one plugin may run at once")
    { AppliesAtOnce = true };

    /// <summary>Which packages are installed.</summary>
    public static readonly ChoiceKey PackagePolicy = new(
        "PLUGIN",
        "package_policy",
        "trusted",
        ["trusted", "signed", "any", "never"],
        "which packages of plugins Lider may have installed: `trusted` (over SFTP or HTTPS, or signed), `signed`, " +
        "`any` (over plain HTTP too: whoever can change traffic is root then) or `never`");

    /// <summary>Who signs packages.</summary>
    public static readonly TextKey PackageKeyring = TextKey.ForPath(
        "PLUGIN", "package_keyring", null, "keys that sign packages, as gpgv reads them; the signature lies beside the package as `NAME.deb.asc`");

    /// <summary>The XMPP server.</summary>
    public static readonly TextKey Host = new(
        "CONNECTION",
        "host",
        null,
        "XMPP server, a name or an address; empty: looked up in DNS (SRV records of `servicename`). `ahenk register HOST USER` overrides it")
    { DefaultNote = "empty" };

    /// <summary>Its port.</summary>
    public static readonly NumberKey Port = new("CONNECTION", "port", 5222, 1, 65_535, "its port");

    /// <summary>The XMPP domain.</summary>
    public static readonly TextKey ServiceName = new("CONNECTION", "servicename", "im.liderahenk.org", "the XMPP domain; the server's certificate must be for it")
    { Rule = (ValueRules.IsDomain, "an XMPP domain, for example im.liderahenk.org") };

    /// <summary>Whether TLS is used.</summary>
    public static readonly ChoiceKey UseTls = new(
        "CONNECTION",
        "use_tls",
        "required",
        ["required", "optional", "never", "true", "false"],
        "`required`, `optional` or `never` (see [xmpp.md](xmpp.md)); the original's `true` is `required`, its `false` is `never`");

    /// <summary>Trusted roots.</summary>
    public static readonly TextKey TlsCaFile =
        TextKey.ForPath("CONNECTION", "tls_ca_file", null, "PEM file with the only certificate authorities that are trusted") with { DefaultNote = "system's" };

    /// <summary>The only accepted certificate.</summary>
    public static readonly TextKey CertificatePin = new(
        "CONNECTION", "tls_certificate_sha256", null, "SHA-256 of the server's certificate as hex: only this certificate is accepted, whoever signed it")
    { Rule = (ValueRules.IsFingerprint, "64 hexadecimal digits, with or without colons between the bytes") };

    /// <summary>Lider's account.</summary>
    public static readonly TextKey ReceiverAccount = new(
        "CONNECTION", "receiverjid", "lider_sunucu", "Lider's account, the part before `@`; nobody else is obeyed")
    { Rule = (ValueRules.IsLocalPart, "the part of Lider's JID before the @") };

    /// <summary>Lider's resource.</summary>
    public static readonly TextKey ReceiverResource = new("CONNECTION", "receiverresource", "Smack", "Lider's resource")
    { Rule = (ValueRules.IsResource, "the part of Lider's JID after the /") };

    /// <summary>How the machine registers.</summary>
    public static readonly ChoiceKey RegisterWith = new(
        "CONNECTION",
        "register_with",
        "anonymous",
        ["anonymous", "account"],
        "`anonymous`: register over an anonymous session; `account`: over the account `uid`, which then is this machine's");

    /// <summary>The account made beforehand.</summary>
    public static readonly TextKey AccountName = new("CONNECTION", "uid", null, "the account for `register_with = account`") { DefaultNote = "empty" };

    /// <summary>Its password.</summary>
    public static readonly TextKey AccountPassword = new("CONNECTION", "password", null, "its password") { DefaultNote = "empty", IsSecret = true };

    /// <summary>Who vouches for the machine.</summary>
    public static readonly TextKey RegistrationCredential = TextKey.ForPath(
        "CONNECTION",
        "registration_credential_file",
        null,
        "file of two lines, name and password of a directory user who may register machines; default: the systemd credential `ahenk-registration` where there is one");

    /// <summary>Earliest time of an answer.</summary>
    public static readonly NumberKey AnswerDelay = new(
        "CONNECTION",
        "answer_delay_ms",
        500,
        0,
        60_000,
        "milliseconds between a task and its answer, at the least; Lider drops answers that come before it has stored the task")
    { AppliesAtOnce = true };

    /// <summary>Largest stanza.</summary>
    public static readonly NumberKey StanzaKibibytes = new(
        "CONNECTION", "max_stanza_kib", 60, 4, 1024, "KiB of the largest message that is sent; a longer result is cut with a visible mark");

    /// <summary>How long a registration may stay unanswered.</summary>
    public static readonly NumberKey RegistrationTimeout = new(
        "SESSION", "registration_timeout", 30, 1, 3600, "seconds one registration request may stay unanswered");

    /// <summary>How long policies are waited for.</summary>
    public static readonly NumberKey PolicyTimeout = new(
        "SESSION", "get_policy_timeout", 30, 1, 3600, "seconds Lider is waited for at a login before the stored [policies](policies.md) are applied");

    /// <summary>How long the agreement is waited for.</summary>
    public static readonly NumberKey AgreementTimeout = new(
        "SESSION", "agreement_timeout", 300, 10, 86_400, "seconds the user agreement waits for an answer before the session is ended");

    /// <summary>Whether users must agree.</summary>
    public static readonly ChoiceKey Agreement = new(
        "MACHINE", "agreement", "0", ["1", "0", "true", "false", "2"], "`1`: users must accept the user agreement before they can work; the original's `2` is `0`");

    /// <summary>Users who cannot be asked.</summary>
    public static readonly ChoiceKey AgreementWithoutUi = new(
        "MACHINE",
        "agreement_without_ui",
        "allow",
        ["allow", "end"],
        "users who cannot be asked, because no program for dialogs is there: `allow` or `end` their sessions");

    /// <summary>What users read.</summary>
    public static readonly ChoiceKey Language = new(
        "MACHINE",
        "language",
        null,
        ["tr", "en"],
        "language of what users read, `tr` or `en`; default: Turkish, unless the system's locale is of another language")
    { DefaultNote = "system's" };

    /// <summary>Rows of the outbox.</summary>
    public static readonly NumberKey OutboxRows = new(
        "OUTBOX", "max_rows", 10_000, 100, 1_000_000, "most messages that wait for Lider; beyond, the oldest that are not final go first");

    /// <summary>Bytes of the outbox.</summary>
    public static readonly NumberKey OutboxMebibytes = new("OUTBOX", "max_mib", 64, 1, 1024, "most MiB of waiting messages");

    /// <summary>Known SSH servers.</summary>
    public static readonly TextKey KnownHosts =
        TextKey.ForPath("FILES", "known_hosts_file", null, "remembers the SSH host keys of file servers (see [files.md](files.md))") with { DefaultNote = "in statedir" };

    /// <summary>The key for SSH servers.</summary>
    public static readonly TextKey SshKey = TextKey.ForPath(
        "FILES", "ssh_key_file", null, "a private key without pass phrase, tried before the password that Lider sends");

    /// <summary>Trusted roots of file servers.</summary>
    public static readonly TextKey FilesCaFile =
        TextKey.ForPath("FILES", "ca_file", null, "PEM file with the only certificate authorities that are trusted for HTTPS file servers") with { DefaultNote = "system's" };

    /// <summary>Largest file.</summary>
    public static readonly NumberKey FetchMebibytes = new("FILES", "max_fetch_mib", 1024, 1, 1_048_576, "largest file that is fetched, in MiB");

    /// <summary>How long tasks are remembered.</summary>
    public static readonly NumberKey TaskDays = new(
        "TASK",
        "keep_days",
        30,
        1,
        3650,
        "days for which a handled task is remembered, so that it is not run again, and the records of runs of scheduled tasks are kept")
    { AppliesAtOnce = true };

    /// <summary>Missed runs.</summary>
    public static readonly ChoiceKey MissedRun = new(
        "SCHEDULER",
        "missed_run",
        "skip",
        ["skip", "once"],
        "what becomes of runs whose time passed while the machine was off or asleep: `skip`, or `once`: one is made up for")
    { AppliesAtOnce = true };

    /// <summary>Runs on top of each other.</summary>
    public static readonly ChoiceKey Overlap = new(
        "SCHEDULER",
        "overlap",
        "skip",
        ["skip", "queue"],
        "what becomes of a run that is due while the one before is still going: `skip`, or `queue`: one follows when that has ended")
    { AppliesAtOnce = true };

    /// <summary>How runs are spread.</summary>
    public static readonly NumberKey Splay = new(
        "SCHEDULER",
        "splay_seconds",
        0,
        0,
        86_400,
        "within how many seconds the machines spread the runs of one task ([how](scheduling.md#many-machines-at-once)); at once means: from the run after the next")
    { AppliesAtOnce = true };

    /// <summary>Whether the dashboard is there.</summary>
    public static readonly ChoiceKey Dashboard = new(
        "DIAGNOSTICS", "dashboard", "off", ["on", "off"], "`on`: the [dashboard](diagnostics.md) is served on 127.0.0.1 to whom `ahenk dashboard` gives its address; costs some 60 MB of memory");

    /// <summary>Where it listens.</summary>
    public static readonly NumberKey DashboardPort = new("DIAGNOSTICS", "dashboard_port", 0, 0, 65_535, "the dashboard's port on 127.0.0.1; `0`: a free one, another at each start");

    /// <summary>Where metrics are written.</summary>
    public static readonly TextKey MetricsFile = TextKey.ForPath(
        "DIAGNOSTICS",
        "metrics_file",
        null,
        "file that [metrics](metrics.md) are written to, in Prometheus' text format; for node_exporter a name that ends in `.prom` in its textfile directory");

    /// <summary>How often metrics go out.</summary>
    public static readonly NumberKey MetricsInterval = new(
        "DIAGNOSTICS", "metrics_interval", 60, 1, 86_400, "seconds between two writings of `metrics_file`, and between two exports to `otlp_endpoint`");

    /// <summary>Whether Orleans' metrics go along.</summary>
    public static readonly ChoiceKey MetricsOfOrleans = new(
        "DIAGNOSTICS", "metrics_orleans", "off", ["on", "off"], "`on`: the metrics of Orleans (meter `Microsoft.Orleans`) go along");

    /// <summary>Where metrics are sent.</summary>
    public static readonly TextKey OtlpEndpoint = new(
        "DIAGNOSTICS",
        "otlp_endpoint",
        null,
        "an OpenTelemetry collector that metrics are sent to by OTLP over HTTP, for example `https://collector.example.org:4318`; without a path `/v1/metrics` is added")
    { Rule = (ValueRules.IsWebAddress, "an http or https address without user, query and fragment") };

    /// <summary>What is sent along.</summary>
    public static readonly TextKey OtlpHeaders = new(
        "DIAGNOSTICS",
        "otlp_headers",
        null,
        "headers for the collector, as `NAME=VALUE` with commas between them (percent-encoded as in OTEL_EXPORTER_OTLP_HEADERS); they are secret, and are sent over https or to this machine only")
    { IsSecret = true, Rule = (ValueRules.AreHeaders, "NAME=VALUE, with commas between several; each name once, and no comma (%2C) in a value") };

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        StateDirectory, BackupDirectory, RunDirectory, LogFile, AuditLog, LogLevel,
        ShutdownTimeout,
        LogMebibytes, LogDays, AuditMebibytes,
        PluginDirectories, DisabledPlugins, ModeTimeout, PythonHostDirectory, PluginMemory, PluginIdle, InstallTimeout, ParallelCommands, PackagePolicy, PackageKeyring,
        Host, Port, ServiceName, UseTls, TlsCaFile, CertificatePin, ReceiverAccount, ReceiverResource, RegisterWith, AccountName, AccountPassword,
        RegistrationCredential, AnswerDelay, StanzaKibibytes,
        RegistrationTimeout, PolicyTimeout, AgreementTimeout,
        Agreement, AgreementWithoutUi, Language,
        OutboxRows, OutboxMebibytes,
        KnownHosts, SshKey, FilesCaFile, FetchMebibytes,
        TaskDays,
        MissedRun, Overlap, Splay,
        Dashboard, DashboardPort, MetricsFile, MetricsInterval, MetricsOfOrleans, OtlpEndpoint, OtlpHeaders,
    ];

    /// <summary>What to say of a name that is not in the table: that there is none, and which one is near.</summary>
    public static string DescribeUnknown(string section, string name) => ConfigurationCheck.Unknown(section, name);

    /// <summary>The key of that name; <see langword="null"/> when there is none.</summary>
    public static ConfigurationKey? Find(string section, string name) =>
        All.FirstOrDefault(key => IniDocument.IsSame(key.Section, section) && IniDocument.IsSame(key.Name, name));
}
