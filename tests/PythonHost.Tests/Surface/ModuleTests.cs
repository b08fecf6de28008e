namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.2, 2.3, 2.12: the modules and the class that plugins derive from.</summary>
public sealed class ModuleTests(ProbeHost probe) : SurfaceTest(probe)
{
    [Theory]
    [InlineData("base.plugin.abstract_plugin", "AbstractPlugin")]
    [InlineData("base.plugin.plugin", "Context")]
    [InlineData("base.util.apt_helper", "AptHelper")]
    [InlineData("base.model.enum.content_type", "ContentType")]
    [InlineData("base.util.display_helper", "DisplayServerType")]
    [InlineData("base.util.display_helper", "DisplayHelper")]
    [InlineData("base.registration.registration", "Registration")]
    [InlineData("base.scope", "Scope")]
    [InlineData("base.system.disk_info", "DiskInfo")]
    [InlineData("base.system.system", "System")]
    [InlineData("base.util.util", "Util")]
    [InlineData("base.model.enum.desktop_type", "DesktopType")]
    [InlineData("base.model.enum.desktop_type", "DisplayManagerUser")]
    [InlineData("base.model.enum.message_code", "MessageCode")]
    [InlineData("base.model.enum.message_type", "MessageType")]
    [InlineData("base.model.enum.script_type", "ScriptType")]
    [InlineData("base.model.response", "Response")]
    [InlineData("base.model.plugin_bean", "PluginBean")]
    [InlineData("base.model.task_bean", "TaskBean")]
    [InlineData("base.registration.execute_ldap_login", "ExecuteLDAPLogin")]
    [InlineData("base.registration.execute_sssd_authentication", "ExecuteSSSDAuthentication")]
    [InlineData("base.registration.execute_sssd_ad_authentication", "ExecuteSSSDAdAuthentication")]
    [InlineData("base.registration.execute_cancel_ldap_login", "ExecuteCancelLDAPLogin")]
    [InlineData("base.registration.execute_cancel_sssd_authentication", "ExecuteCancelSSSDAuthentication")]
    [InlineData("base.registration.execute_cancel_sssd_ad_authentication", "ExecuteCancelSSSDAdAuthentication")]
    [InlineData("base.mail.mail", "Mail")]
    [InlineData("base.file.file_transfer_manager", "FileTransferManager")]
    [InlineData("base.agreement.agreement", "Agreement")]
    [InlineData("base.messaging.messenger", "Messenger")]
    [InlineData("base.config.config_manager", "ConfigManager")]
    [InlineData("helper.system", "System")]
    public Task Table_2_2_imports(string module, string name) =>
        CheckAsync($"2.2 {module}", $"isinstance(__import__('importlib').import_module('{module}').{name}, type)", "true");

    [Theory]
    [InlineData("get_logger", "[hasattr(self.get_logger(), name) for name in ('debug', 'info', 'warning', 'error')]", "[true,true,true,true]")]
    [InlineData("get_message_code", "self.get_message_code().TASK_PROCESSED.value", "\"TASK_PROCESSED\"")]
    [InlineData("get_message_code is the class", "self.get_message_code() is MessageCode", "true")]
    [InlineData("get_content_type", "[self.get_content_type().APPLICATION_JSON.value, self.get_content_type().TEXT_PLAIN.value]", "[\"APPLICATION_JSON\",\"TEXT_PLAIN\"]")]
    [InlineData("handle_task of its own is a stub", "AbstractPlugin().handle_task({}, None)", "null")]
    [InlineData("module functions", "[__import__('base.plugin.abstract_plugin', fromlist=['x']).plugin_path() == self.Ahenk.plugins_path(), __import__('base.plugin.abstract_plugin', fromlist=['x']).configuration_manager().has_section('CONNECTION')]", "[true,true]")]
    [InlineData("no methods of these names", "[hasattr(self, 'configuration_manager'), hasattr(self, 'plugin_path')]", "[false,false]")]
    [InlineData("every code is its name", "[code.name for code in MessageCode if code.name != code.value]", "[]")]
    [InlineData("every code", "sorted(code.name for code in MessageCode)", "[\"POLICY_ERROR\",\"POLICY_KILLED\",\"POLICY_PROCESSED\",\"POLICY_PROCESSING\",\"POLICY_RECEIVED\",\"POLICY_TIMEOUT\",\"POLICY_WARNING\",\"TASK_ERROR\",\"TASK_KILLED\",\"TASK_PROCESSED\",\"TASK_PROCESSING\",\"TASK_RECEIVED\",\"TASK_TIMEOUT\",\"TASK_WARNING\"]")]
    [InlineData("a code through another", "MessageCode.TASK_PROCESSED.TASK_ERROR.value", "\"TASK_ERROR\"")]
    [InlineData("every content type", "sorted(kind.value for kind in ContentType)", "[\"APPLICATION_JSON\",\"APPLICATION_MS_WORD\",\"APPLICATION_PDF\",\"APPLICATION_VND_MS_EXCEL\",\"IMAGE_JPEG\",\"IMAGE_PNG\",\"TEXT_HTML\",\"TEXT_PLAIN\"]")]
    [InlineData("script types", "[kind.value for kind in ScriptType]", "[\"BASH\",\"PYTHON\",\"PERL\",\"RUBY\"]")]
    [InlineData("message types", "[MessageType.TASK_STATUS.value, MessageType.POLICY_STATUS.value]", "[\"TASK_STATUS\",\"POLICY_STATUS\"]")]
    public Task Table_2_3_the_base_class(string row, string value, string expected) => CheckAsync($"2.3 {row}", value, expected);

    [Theory]
    [InlineData("super(AbstractPlugin, self)", "super(AbstractPlugin, self).__init__()", "[true,true,false]")]
    [InlineData("super(Own, self)", "super(Own, self).__init__()", "[true,true,true]")]
    public Task Table_2_1_both_forms_of_super(string row, string statement, string expected) => CheckAsync(
        $"2.1 {row}", "[hasattr(own, 'db_service'), hasattr(own, 'logger'), hasattr(own, 'scope')]", expected,
        $"class Own(AbstractPlugin):\n    def __init__(self):\n        {statement}\nglobals()['Own'] = Own\nown = Own()");

    [Theory]
    [InlineData("Ahenk, Hardware, Os, Sessions are class attributes", "[hasattr(self, name) for name in ('Ahenk', 'Hardware', 'Os', 'Sessions', 'BIOS', 'Process')]", "[true,true,true,true,true,true]")]
    [InlineData("the class itself can be made", "[type(AbstractPlugin()).__name__, AbstractPlugin().scope is Scope.get_instance()]", "[\"AbstractPlugin\",true]")]
    [InlineData("the plugin's module is in no list", "'evaluate' in sys.modules", "false")]
    [InlineData("__file__ is set", "os.path.basename(__file__)", "\"evaluate.py\"")]
    [InlineData("base lies on sys.path, before the plugin's folder", "[os.path.isdir(sys.path[0] + '/base'), sys.path[-1].endswith('/Probe')]", "[true,true]")]
    [InlineData("the working directory", "os.getcwd()", "\"/\"")]
    public Task Table_2_1_layout(string row, string value, string expected) => CheckAsync($"2.1 {row}", value, expected);

    [Fact]
    public async Task Table_2_12_base_works_in_a_program_outside_the_host()
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
            ["-B", "-c", script, Path.GetDirectoryName(Repository.Host)!], new Dictionary<string, string> { ["LANG"] = "C.UTF-8", ["PATH"] = "/usr/bin:/bin" });

        Assert.Equal((0, "(0, 'out\\n', '') /usr/share/ahenk/plugins/ None None\n", "warning: from cron\n"), (code, output, error));
    }

    [Fact]
    public async Task Table_2_5_the_apt_helper_is_a_program_too()
    {
        var file = Path.Combine(Path.GetDirectoryName(Repository.Host)!, "base", "util", "apt_helper.py");
        var calls = Path.Combine(Folders.Root, "helper-calls");
        var environment = Folders.Environment("probe");
        environment["FAKE_CALLS"] = calls;

        var (code, _, _) = await HostProcess.RunAsync(["-B", file, "--update-cache", "one", "two"], environment);
        var (failed, _, error) = await HostProcess.RunAsync(["-B", file, "unknown"], environment);

        Assert.Equal((0, 1), (code, failed));
        Assert.Contains("unknown", error, StringComparison.Ordinal);
        Assert.Contains("apt-get|--yes|-o|DPkg::Lock::Timeout=300|install|--|one|two", await File.ReadAllLinesAsync(calls, TestContext.Current.CancellationToken));
    }
}
