using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.4, 2.7, 2.8: what plugins ask of the daemon, and what they tell it.</summary>
public sealed class DaemonTests(ProbeHost probe) : SurfaceTest(probe)
{
    [Fact]
    public async Task A_direct_message_goes_through_the_daemon()
    {
        var (method, parameters) = await AskAsync("self.scope.get_messenger().send_direct_message('{\"type\":\"X\",\"t\":\"ş\"}')");

        Assert.Equal(("send_message", "{\"type\":\"X\",\"t\":\"ş\"}"), (method, (string?)parameters["body"]));
    }

    [Fact]
    public async Task A_task_is_queued_again_through_the_daemon()
    {
        var (method, parameters) = await AskAsync("self.scope.get_plugin_manager().process_task(task)", """
            from base.model.plugin_bean import PluginBean
            from base.model.task_bean import TaskBean
            task = TaskBean(7, 'd', 'm', 'GREET', '{"name": "a"}', False, PluginBean(p_id=1, name='py-greeter', version='1.0.0'))
            """);

        var task = parameters["task"]!;
        Assert.Equal(("process_task", 7, "GREET"), (method, (int)task["id"]!, (string?)task["commandClsId"]));
        Assert.Equal(("a", "py-greeter"), ((string?)task["parameterMap"]!["name"], (string?)task["plugin"]!["name"]));
    }

    [Fact]
    public async Task The_registration_is_ended_through_the_daemon()
    {
        var (method, parameters) = await AskAsync("self.scope.get_registration().purge_and_unregister('LDAP')");

        Assert.Equal(("unregister", "LDAP"), (method, (string?)parameters["directory_type"]));
    }

    [Fact]
    public async Task Shutdown_restarts_through_the_daemon() => Assert.Equal("reboot", (await AskAsync("self.shutdown()")).Method);

    [Fact]
    public async Task What_the_daemon_refuses_is_raised_with_its_reason()
    {
        Host.Answer = (_, _) => throw new RefusedException("There is no connection.");
        try
        {
            await CheckAsync("text", "\"DaemonError: There is no connection.\"", """
                text = None
                try:
                    self.scope.get_messenger().send_direct_message('x')
                except Exception as e:
                    text = type(e).__name__ + ': ' + str(e)
                """);
        }
        finally
        {
            Probe.AnswerAll();
        }
    }

    [Theory]
    [InlineData("self.logger.debug('plain %s %d text')", "debug: plain %s %d text")]
    [InlineData("self.logger.info(['a', 1])", "info: ['a', 1]")]
    [InlineData("self.logger.warning(None)", "warning: None")]
    [InlineData("self.logger.error(ValueError('şu'))", "error: şu")]
    [InlineData("self.logger.get_logger().info('through %s', 'logging')", "info: through logging")]
    [InlineData("self.get_logger().info('own')", "info: own")]
    [InlineData("__import__('logging').getLogger('library').warning('of a library')", "warning: of a library")]
    [InlineData("self.logger.info('a\\udcffb')", "info: a?b")]
    public async Task The_logger_writes_into_the_daemons_log(string expression, string expected)
    {
        await CheckAsync(expression, "null");
        Assert.Contains(expected, Host.Log);
    }

    [Theory]
    [InlineData("enable", "usermod|-l|veli|veli-local", "passwd|-u|veli")]
    [InlineData("disable", "passwd|-l|can", "pkill|-KILL|-u|can", "usermod|-l|can-local|can")]
    public Task Local_users_are_disabled_and_enabled(string which, params string[] expected) => CheckAsync(
        "found", new JsonArray([.. expected.Select(line => (JsonNode)line)]).ToJsonString(), $$"""
        import base.registration.registration as module
        own, module._PASSWD = module._PASSWD, folder + '/passwd'
        users = ('root:x:0:0:', 'can:x:1000:1000:', 'veli-local:x:1001:1001:', 'local:x:998:998:')
        self.write_file(module._PASSWD, ''.join(user + ':/home/x:/bin/bash\n' for user in users))
        try:
            found = calls(self.scope.get_registration().{{which}}_local_users)
        finally:
            module._PASSWD = own
        """);

    private async Task<(string Method, JsonObject Parameters)> AskAsync(string expression, string? statements = null)
    {
        Host.Requests.Clear();
        await CheckAsync(expression, "null", statements);
        return Assert.Single(Host.Requests);
    }
}
