namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.1 and 2.12: what is no single expression.</summary>
public sealed class BaseClassTests(ProbeHost probe) : SurfaceTest(probe)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("super(AbstractPlugin, self).__init__()", "[true,true,false]")]
    [InlineData("super(Own, self).__init__()", "[true,true,true]")]
    public Task Both_forms_of_super_work(string statement, string expected) => CheckAsync(
        "[hasattr(own, 'db_service'), hasattr(own, 'logger'), hasattr(own, 'scope')]",
        expected,
        $"class Own(AbstractPlugin):\n    def __init__(self):\n        {statement}\nglobals()['Own'] = Own\nown = Own()");

    [Fact]
    public async Task The_modules_work_in_a_program_outside_the_host()
    {
        var script = """
            import sys
            sys.path.append(sys.argv[1])
            from base.util.util import Util
            from base.system.system import System
            from base.plugin.abstract_plugin import AbstractPlugin
            AbstractPlugin().logger.warning('from cron')
            print(Util.execute('echo out'), System.Ahenk.plugins_path(), Util.get_username(), System.Ahenk.dn())
            """;
        var (code, output, error) = await HostProcess.RunAsync(
            ["-B", "-c", script, Path.GetDirectoryName(Repository.Host)!],
            new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["PATH"] = "/usr/bin:/bin" });

        Assert.Equal((0, "(0, 'out\\n', '') /usr/share/ahenk/plugins/ None None\n", "warning: from cron\n"), (code, output, error));
    }

    [Fact]
    public async Task The_apt_helper_is_a_program_too()
    {
        var file = Path.Combine(Path.GetDirectoryName(Repository.Host)!, "base", "util", "apt_helper.py");
        var environment = Folders.Environment("probe");
        environment["FAKE_CALLS"] = Path.Combine(Folders.Root, "helper-calls");

        var (code, _, _) = await HostProcess.RunAsync(["-B", file, "--update-cache", "one", "two"], environment);
        var (failed, _, error) = await HostProcess.RunAsync(["-B", file, "unknown"], environment);

        Assert.Equal((0, 1), (code, failed));
        Assert.Contains("unknown", error, StringComparison.Ordinal);
        Assert.Contains(
            "apt-get|--yes|-o|DPkg::Lock::Timeout=300|install|--|one|two", await File.ReadAllLinesAsync(environment["FAKE_CALLS"], Token));
    }

    [Fact]
    public Task A_wayland_session_is_seen_as_one() => CheckAsync(
        "found",
        "[\"wayland\",\"wayland-7\"]",
        """
        import base.util.display_helper as helper
        os.makedirs(folder + '/run', exist_ok=True)
        for name in ('wayland-7', 'wayland-7.lock'):
            open(folder + '/run/' + name, 'w').close()
        own = helper._runtime_directory
        helper._runtime_directory = lambda user: folder + '/run'
        os.environ['FAKE_TYPE'] = 'wayland'
        try:
            found = [DisplayServerType.detect_desktop_env(), DisplayHelper.detect_user_display('ayse')]
        finally:
            helper._runtime_directory = own
            del os.environ['FAKE_TYPE']
        """);

    [Fact]
    public Task What_users_put_into_their_environment_and_sockets_reaches_no_shell() => CheckAsync(
        "found",
        """[{}, {"DISPLAY": ":1.0", "WAYLAND_DISPLAY": "wayland-0", "XAUTHORITY": "/run/user/1000/gdm/Xauthority"}, null]""",
        """
        import base.util.display_helper as helper
        os.makedirs(folder + '/hostile', exist_ok=True)
        open(folder + '/hostile/wayland-$(id)', 'w').close()
        hostile = {'DISPLAY': ':1;id', 'XAUTHORITY': '/tmp/$(id)', 'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/tmp/`id`',
                   'WAYLAND_DISPLAY': '$(id)', 'LD_PRELOAD': '/tmp/x.so'}
        usual = {'DISPLAY': ':1.0', 'XAUTHORITY': '/run/user/1000/gdm/Xauthority', 'WAYLAND_DISPLAY': 'wayland-0'}
        own = helper._runtime_directory
        helper._runtime_directory = lambda user: folder + '/hostile'
        try:
            found = [helper._accepted(hostile), helper._accepted(usual), DisplayHelper.get_socket_wayland_display('ayse')]
        finally:
            helper._runtime_directory = own
        """);
}
