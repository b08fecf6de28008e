namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.9: db_service.</summary>
public sealed class DatabaseTests(ProbeHost probe) : SurfaceTest(probe)
{
    private const string Clean = "db = self.db_service; db.delete('service', '1=1')";

    [Theory]
    [InlineData("update inserts", "[db.update('service', ['serviceName', 'serviceStatus', 'task_id'], ['a.service', 'active', 5]) > 0, db.select('service', ['serviceName', 'task_id'])]", "[true,[[\"a.service\",5]]]")]
    [InlineData("update updates", "[db.update('service', ['serviceName'], ['a']) > 0, db.update('service', ['serviceName'], ['b'], \"serviceName='a'\") is not None, db.select_one_result('service', 'serviceName')]", "[true,true,\"b\"]")]
    [InlineData("update of what is not there", "db.update('no_table', ['a'], [1])", "null")]
    [InlineData("update of values of any type", "[db.update('service', ['serviceName', 'serviceStatus'], [{'a': 1}, True]) > 0, db.select('service', 'serviceName, serviceStatus')]", "[true,[[\"{'a': 1}\",\"1\"]]]")]
    [InlineData("select all columns", "len(db.select('service')[0])", "5", Clean + "; db.update('service', ['serviceName'], ['a'])")]
    [InlineData("select with criteria and order", "[db.select('service', ['serviceName'], \"task_id > 1\", 'serviceName DESC'), db.select('service', ['serviceName'], 'WHERE task_id = 1', 'ORDER BY id')]", "[[[\"c\"],[\"b\"]],[[\"a\"]]]", Clean + "; [db.update('service', ['serviceName', 'task_id'], pair) for pair in (('a', 1), ('b', 2), ('c', 3))]")]
    [InlineData("select of what is not there", "db.select('no_table')", "[]")]
    [InlineData("select_one_result", "[db.select_one_result('registration', 'dn', 'registered = 1'), db.select_one_result('service', 'id', '1=2'), db.select_one_result('no_table', 'x')]", "[\"cn=pc-01,ou=Ahenkler,dc=liderahenk,dc=org\",null,null]")]
    [InlineData("delete", "[db.delete('service', \"serviceName='a'\"), db.select('service', ['serviceName'])]", "[null,[[\"b\"]]]", Clean + "; db.update('service', ['serviceName'], ['a']); db.update('service', ['serviceName'], ['b'])")]
    [InlineData("get_cols", "[db.get_cols('registration'), db.get_cols('service')]", "[[\"jid\",\"password\",\"registered\",\"dn\",\"params\",\"timestamp\"],[\"serviceName\",\"serviceStatus\",\"timestamp\",\"task_id\"]]")]
    [InlineData("columns of session", "db.get_column_name('session')", "[\"id\",\"username\",\"display\",\"desktop\",\"timestamp\",\"ip\",\"domain\"]")]
    [InlineData("columns of task", "db.get_column_name('task')", "[\"id\",\"create_date\",\"modify_date\",\"command_cls_id\",\"parameter_map\",\"deleted\",\"plugin\",\"cron_expr\",\"file_server\"]")]
    [InlineData("columns of plugin", "db.get_column_name('plugin')", "[\"id\",\"active\",\"create_date\",\"deleted\",\"description\",\"machine_oriented\",\"modify_date\",\"name\",\"policy_plugin\",\"user_oriented\",\"version\",\"task_plugin\",\"x_based\"]")]
    [InlineData("columns of mail", "db.get_column_name('mail')", "[\"id\",\"command\",\"mailstatus\",\"timestamp\"]")]
    [InlineData("get_table_name", "sorted(set(db.get_table_name()) & {'agreement', 'contract', 'mail', 'plugin', 'policy', 'profile', 'registration', 'service', 'session', 'task'})", "[\"agreement\",\"contract\",\"mail\",\"plugin\",\"policy\",\"profile\",\"registration\",\"service\",\"session\",\"task\"]")]
    [InlineData("check_and_create_table and drop_table", "[db.check_and_create_table('own', ['id INTEGER', 'a TEXT']), db.update('own', ['id', 'a'], [1, 'x']) is not None, db.check_and_create_table('own', ['id INTEGER', 'a TEXT']), db.select('own'), db.drop_table('own'), db.select('own')]", "[null,true,null,[[1,\"x\"]],null,[]]")]
    [InlineData("close and connect", "[db.close(), db.connect(), db.select_one_result('registration', 'jid'), db.close(), db.select_one_result('registration', 'jid')]", "[null,null,\"pc-01\",null,\"pc-01\"]")]
    [InlineData("session rows", "db.select('session', ['username', 'display', 'ip', 'domain'], '', 'id')", "[[\"ali\",null,\"10.0.0.9\",null],[\"ayse\",\":1\",null,\"OKUL\"]]")]
    [InlineData("the registration row", "db.select('registration', ['jid', 'password', 'registered', 'params'])", "[[\"pc-01\",\"6f1c\",1,null]]")]
    [InlineData("the task's own row", "[[row[3], json.loads(row[4])['value'][:3], row[6]] for row in db.select('task', '*', 'id = %d' % context.get('task_id'))]", "[[\"EVALUATE\",\"[[r\",1]]")]
    [InlineData("the plugin's row", "db.select('plugin', ['id', 'name'])", "[[1,\"Probe\"]]")]
    [InlineData("the file is root's alone", "[oct(os.stat(self.Ahenk.db_path()).st_mode & 0o777), os.stat(self.Ahenk.db_path()).st_uid == os.getuid()]", "[\"0o600\",true]")]
    [InlineData("threads", "sorted(row[0] for row in db.select('service', ['task_id']))", "[0,1,2,3,4,5,6,7]", Clean + "\nimport threading\nthreads = [threading.Thread(target=db.update, args=('service', ['task_id'], [number])) for number in range(8)]\n[thread.start() for thread in threads]\n[thread.join() for thread in threads]")]
    public Task Table_2_9(string row, string value, string expected, string? setup = null) => CheckAsync($"2.9 {row}", value, expected, setup ?? Clean);
}
