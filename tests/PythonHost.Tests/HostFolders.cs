namespace Ahenk.PythonHost.Tests;

/// <summary>The folders that the daemon gives a host, and a machine of fake programs.</summary>
internal sealed class HostFolders : IDisposable
{
    private static readonly string[] FakePrograms =
    [
        "apt-get", "dpkg", "dpkg-query", "loginctl", "lpstat", "notify-send", "passwd", "pkill", "realm", "scp", "ssh", "su", "systemctl",
        "usermod", "who", "zenity",
    ];

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public HostFolders()
    {
        Root = Directory.CreateTempSubdirectory("ahenk-python-").FullName;
        State = Directory.CreateDirectory(Path.Combine(Root, "state"), OwnerOnly).FullName;
        Private = Directory.CreateDirectory(Path.Combine(Root, "private")).FullName;
        Plugins = Directory.CreateDirectory(Path.Combine(Root, "plugins")).FullName;
        Programs = Directory.CreateDirectory(Path.Combine(Root, "programs")).FullName;
        FakeState = Directory.CreateDirectory(Path.Combine(Root, "fake")).FullName;
        Configuration = Path.Combine(Root, "ahenk.conf");
        File.WriteAllText(Configuration, """
            [CONNECTION]
            uid = pc-01
            password = 100%$ecret
            [SESSION]
            agreement_timeout = 30
            registration_timeout = 40
            get_policy_timeout = ${agreement_timeout}
            [AGREEMENT]
            agreement = $1 and more
            """);
        Directory.CreateDirectory(Path.Combine(Root, "config.d"));
        File.WriteAllText(Path.Combine(Root, "config.d", "10-site.conf"), "[SITE]\nname = Okul\n[SESSION]\nregistration_timeout = 50\n");
        File.WriteAllText(Path.Combine(Root, "config.d", "20-site.conf~"), "[SITE]\nname = an editor's copy\n");
        File.WriteAllText(Path.Combine(Root, "config.d", "30-broken.conf"), "no section\n");
        foreach (var program in FakePrograms)
        {
            File.CreateSymbolicLink(Path.Combine(Programs, program), Repository.Own("FakeMachine", "fake"));
        }
    }

    public string Root { get; }

    public string State { get; }

    public string Private { get; }

    public string Plugins { get; }

    public string Configuration { get; }

    public string FakeState { get; }

    private string Programs { get; }

    public Dictionary<string, string> Environment(string pluginFolder) => new()
    {
        ["PATH"] = $"{Programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["LANG"] = "C.UTF-8",
        ["AHENK_PLUGIN_NAME"] = Path.GetFileName(pluginFolder),
        ["AHENK_STATE_DIR"] = State,
        ["AHENK_PRIVATE_DIR"] = Private,
        ["AHENK_CONFIG_FILE"] = Configuration,
        ["AHENK_PLUGINS_DIR"] = Plugins,
        ["AHENK_VERSION"] = "3.0.0",
        ["FAKE_CALLS"] = Path.Combine(Root, "calls"),
        ["FAKE_STATE"] = FakeState,
    };

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
