using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
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

    /// <summary>Where plugins are. <c>[PLUGIN] pluginfolderpath</c>.</summary>
    public required string PluginDirectory { get; init; }

    /// <summary>Most rows of the outbox. <c>[OUTBOX] max_rows</c>.</summary>
    public required int OutboxRows { get; init; }

    /// <summary>Most bytes of the outbox. <c>[OUTBOX] max_mib</c>.</summary>
    public required long OutboxBytes { get; init; }

    /// <summary>How tasks are answered.</summary>
    public required TaskOptions Tasks { get; init; }

    /// <summary>How Lider is reached.</summary>
    public required GatewayOptions Gateway { get; init; }

    /// <summary>Reads and checks the files.</summary>
    /// <exception cref="ConfigurationException">Something is not allowed.</exception>
    public static AhenkSettings Read(string path)
    {
        var reader = new ConfigurationReader(new ConfigurationFiles(path));
        var state = reader.FilePath("BASE", "statedir", "/var/lib/ahenk");
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
            PluginDirectory = reader.FilePath("PLUGIN", "pluginfolderpath", "/usr/share/ahenk/plugins"),
            OutboxRows = reader.Number("OUTBOX", "max_rows", 10_000, 100, 1_000_000),
            OutboxBytes = reader.Number("OUTBOX", "max_mib", 64, 1, 1024) * 1024L * 1024,
            Tasks = new TaskOptions
            {
                AnswerDelay = TimeSpan.FromMilliseconds(reader.Number("CONNECTION", "answer_delay_ms", 500, 0, 60_000)),
                MaxStanzaBytes = stanza,
                Keep = TimeSpan.FromDays(reader.Number("TASK", "keep_days", 30, 1, 3650)),
            },
            Gateway = ReadGateway(reader, stanza),
        };
    }

    private static GatewayOptions ReadGateway(ConfigurationReader reader, int stanza)
    {
        var service = reader.Text("CONNECTION", "servicename", "im.liderahenk.org");
        var lider = reader.Text("CONNECTION", "receiverjid", "lider_sunucu");
        if (!Jid.TryParse($"{lider}@{service}/{reader.Text("CONNECTION", "receiverresource", "Smack")}", out var liderJid))
        {
            throw new ConfigurationException(
                $"[CONNECTION] receiverjid = {lider}, receiverresource and servicename = {service} do not make a JID: " +
                "receiverjid is the part before @, servicename the XMPP domain.");
        }

        return new GatewayOptions
        {
            Host = reader.Text("CONNECTION", "host"),
            Port = reader.Number("CONNECTION", "port", 5222, 1, 65535),
            ServiceName = service,
            Lider = liderJid,
            Tls = reader.Choice(
                "CONNECTION",
                "use_tls",
                TlsMode.Required,
                ("required", TlsMode.Required),
                ("optional", TlsMode.Optional),
                ("never", TlsMode.Never),
                ("true", TlsMode.Required),
                ("false", TlsMode.Never)),
            CaFile = reader.Optional("CONNECTION", "tls_ca_file"),
            CertificatePin = reader.Optional("CONNECTION", "tls_certificate_sha256"),
            MaxStanzaBytes = stanza,
            RegisterWithAccount = reader.Choice("CONNECTION", "register_with", false, ("anonymous", false), ("account", true)),
            AccountName = reader.Optional("CONNECTION", "uid"),
            AccountPassword = reader.Optional("CONNECTION", "password"),
            RegistrationCredentialFile = reader.Optional("CONNECTION", "registration_credential_file") ?? SystemdCredential(),
            RegistrationTimeout = TimeSpan.FromSeconds(reader.Number("SESSION", "registration_timeout", 30, 1, 3600)),
            AgentVersion = AgentVersion,
        };
    }

    private static string? SystemdCredential() =>
        Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, "ahenk-registration"))
            ? Path.Combine(folder, "ahenk-registration")
            : null;
}
