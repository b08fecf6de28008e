using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.7 and 2.8: Scope and the logger.</summary>
public sealed class ScopeTests(ProbeHost probe) : SurfaceTest(probe)
{
    private const string Beans = """
        from base.model.plugin_bean import PluginBean
        from base.model.task_bean import TaskBean
        task = TaskBean(7, 'd', 'm', 'GREET', '{"name": "a"}', False, PluginBean(p_id=1, name='py-greeter', version='1.0.0'), None, None)
        """;

    [Theory]
    [InlineData("get_instance in both ways", "Scope.get_instance() is Scope().get_instance()", "true")]
    [InlineData("set_instance", "[Scope.set_instance(own), Scope.get_instance() is own]", "[null,true]", "own = Scope.get_instance()")]
    [InlineData("get_logger", "hasattr(Scope.get_instance().get_logger(), 'debug')", "true")]
    [InlineData("get_registration", "type(Scope.get_instance().get_registration()).__name__", "\"Registration\"")]
    [InlineData("get_configuration_manager", "[type(Scope.get_instance().get_configuration_manager()).__name__, Scope.get_instance().get_configuration_manager().get('CONNECTION', 'uid'), Scope.get_instance().get_configuration_manager().has_section('NONE')]", "[\"ConfigParser\",\"pc-01\",false]")]
    [InlineData("a configuration value with any sign", "Scope.get_instance().get_configuration_manager().get('CONNECTION', 'password')", "\"100%$ecret\"")]
    [InlineData("a configuration value is set and written", "[line for line in open(folder + '/conf').read().splitlines() if line.startswith('uid')]", "[\"uid = 5% of $1\"]", "manager = Scope.get_instance().get_configuration_manager(); manager.set('CONNECTION', 'uid', '5% of $1'); manager.write(open(folder + '/conf', 'w')); import gc; gc.collect()")]
    [InlineData("get_messenger", "hasattr(Scope.get_instance().get_messenger(), 'send_direct_message')", "true")]
    [InlineData("get_message_manager", "hasattr(Scope.get_instance().get_message_manager(), 'task_status_msg')", "true")]
    [InlineData("get_db_service", "Scope.get_instance().get_db_service() is self.db_service", "true")]
    [InlineData("get_plugin_manager", "hasattr(Scope.get_instance().get_plugin_manager(), 'process_task')", "true")]
    [InlineData("get_task_manager, get_scheduler, get_execution_manager say what they are", "[raises(getattr, service, 'x') for service in (Scope.get_instance().get_task_manager(), Scope.get_instance().get_scheduler(), Scope.get_instance().get_execution_manager())]", "[\"AttributeError\",\"AttributeError\",\"AttributeError\"]")]
    [InlineData("get_event_manager", "heard", "[[1,2]]", "heard = []; manager = Scope.get_instance().get_event_manager(); manager.register_event('e', lambda *a: heard.append(a)); manager.fire_event('e', 1, 2); manager.fire_event('other')")]
    [InlineData("get_response_queue", "[Scope.get_instance().get_response_queue().put(1), Scope.get_instance().get_response_queue().get()]", "[null,1]")]
    [InlineData("custom map", "[Scope.get_instance().put_custom_map('k', 1), Scope.get_instance().get_custom_param('k'), Scope.get_instance().get_custom_map()]", "[null,1,{\"k\":1}]")]
    [InlineData("setters", "[name for name in ('set_logger', 'set_registration', 'set_configuration_manager', 'set_messenger', 'set_message_manager', 'set_sb_service', 'set_plugin_manager', 'set_task_manager', 'set_event_manager', 'set_execution_manager', 'set_response_queue', 'set_scheduler', 'set_custom_map') if not hasattr(Scope, name)]", "[]")]
    [InlineData("task_status_msg", "{key: value for key, value in json.loads(Scope.get_instance().get_message_manager().task_status_msg(response)).items() if key != 'timestamp'}", """{"type":"TASK_STATUS","taskId":5,"responseCode":"TASK_PROCESSING","responseMessage":"m","responseData":{"a":1},"contentType":"APPLICATION_JSON"}""", "from base.model.response import Response; response = Response(type='TASK_STATUS', id=5, code='TASK_PROCESSING', message='m', data='{\"a\": 1}', content_type='APPLICATION_JSON')")]
    [InlineData("policy_status_msg", "{key: value for key, value in json.loads(Scope.get_instance().get_message_manager().policy_status_msg(response)).items() if key != 'timestamp'}", """{"type":"POLICY_STATUS","policyVersion":"12-3","commandExecutionId":901,"responseCode":"POLICY_PROCESSED","responseMessage":null,"responseData":null,"contentType":null}""", "from base.model.response import Response; response = Response('POLICY_STATUS', None, code='POLICY_PROCESSED', execution_id=901, policy_version='12-3')")]
    [InlineData("Response's accessors", "[response.get_id(), response.set_id(6), response.get_id(), response.get_type(), response.get_code(), response.get_message(), response.get_data(), response.get_content_type(), response.get_execution_id(), response.get_policy_version()]", "[5,null,6,\"t\",\"c\",\"m\",\"d\",\"ct\",\"e\",\"p\"]", "from base.model.response import Response; response = Response('t', 5, 'c', 'm', 'd', 'ct', 'e', 'p')")]
    [InlineData("TaskBean and PluginBean", "[task.get_id(), task.get_command_cls_id(), task.get_plugin().get_name(), task.plugin.version]", "[7,\"GREET\",\"py-greeter\",\"1.0.0\"]", Beans)]
    public Task Table_2_7(string row, string value, string expected, string? setup = null) => CheckAsync($"2.7 {row}", value, expected, setup);

    [Fact]
    public async Task A_direct_message_goes_through_the_daemon()
    {
        Host.Requests.Clear();
        await CheckAsync("2.7 send_direct_message", "self.scope.get_messenger().send_direct_message('{\"type\":\"X\",\"t\":\"ş\"}')", "null");
        var (method, parameters) = Assert.Single(Host.Requests);
        Assert.Equal(("send_message", "{\"type\":\"X\",\"t\":\"ş\"}"), (method, (string?)parameters["body"]));
    }

    [Fact]
    public async Task A_task_is_queued_again_through_the_daemon()
    {
        Host.Requests.Clear();
        await CheckAsync("2.7 process_task", "self.scope.get_plugin_manager().process_task(task)", "null", Beans);
        var (method, parameters) = Assert.Single(Host.Requests);
        var task = parameters["task"]!;
        Assert.Equal(("process_task", 7, "GREET", "a", "py-greeter"), (
            method, (int)task["id"]!, (string?)task["commandClsId"], (string?)task["parameterMap"]!["name"], (string?)task["plugin"]!["name"]));
    }

    [Fact]
    public async Task The_registration_is_ended_through_the_daemon()
    {
        Host.Requests.Clear();
        await CheckAsync("2.7 purge_and_unregister", "self.scope.get_registration().purge_and_unregister('LDAP')", "null");
        var (method, parameters) = Assert.Single(Host.Requests);
        Assert.Equal(("unregister", "LDAP"), (method, (string?)parameters["directory_type"]));
    }

    [Fact]
    public async Task What_the_daemon_refuses_is_raised_with_its_reason()
    {
        Host.Answer = (_, _) => throw new RefusedException("There is no connection.");
        try
        {
            await CheckAsync(
                "2.7 refused", "text", "\"DaemonError: There is no connection.\"",
                "text = None\ntry:\n    self.scope.get_messenger().send_direct_message('x')\nexcept Exception as e:\n    text = type(e).__name__ + ': ' + str(e)");
        }
        finally
        {
            Host.Answer = (_, _) => null;
        }
    }

    [Theory]
    [InlineData("debug", "self.logger.debug('plain %s %d text')", "debug: plain %s %d text")]
    [InlineData("info", "self.logger.info(['a', 1])", "info: ['a', 1]")]
    [InlineData("warning", "self.logger.warning(None)", "warning: None")]
    [InlineData("error", "self.logger.error(ValueError('şu'))", "error: şu")]
    [InlineData("get_logger", "self.logger.get_logger().info('through %s', 'logging')", "info: through logging")]
    [InlineData("get_logger of the plugin", "self.get_logger().info('own')", "info: own")]
    [InlineData("libraries", "__import__('logging').getLogger('library').warning('of a library')", "warning: of a library")]
    [InlineData("half a surrogate pair", "self.logger.info('a\\udcffb')", "info: a?b")]
    public async Task Table_2_8(string row, string value, string expected)
    {
        await CheckAsync($"2.8 {row}", value, "null");
        Assert.Contains(expected, Host.Log);
    }

    [Theory]
    [InlineData("enable_local_users", "enable", "usermod|-l|veli|veli-local", "passwd|-u|veli")]
    [InlineData("disable_local_users", "disable", "passwd|-l|can", "pkill|-KILL|-u|can", "usermod|-l|can-local|can")]
    public Task Local_users(string row, string which, params string[] expected) => CheckAsync(
        $"2.7 {row}", "found", new JsonArray([.. expected.Select(line => (JsonNode)line)]).ToJsonString(), $"""
        import base.registration.registration as module
        own, module._PASSWD = module._PASSWD, folder + '/passwd'
        self.write_file(module._PASSWD, 'root:x:0:0::/root:/bin/bash\ncan:x:1000:1000::/home/can:/bin/bash\nveli-local:x:1001:1001::/home/v:/bin/bash\nlocal:x:998:998::/:/bin/bash\n')
        try:
            found = calls(self.scope.get_registration().{which}_local_users)
        finally:
            module._PASSWD = own
        """);
}
