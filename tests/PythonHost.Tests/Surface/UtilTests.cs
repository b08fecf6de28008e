namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.4: Util.</summary>
public sealed class UtilTests(ProbeHost probe) : SurfaceTest(probe)
{
    private const string Apt = "apt-get|--yes|-o|DPkg::Lock::Timeout=300|";

    [Theory]
    [InlineData("a shell text", "self.execute('echo out; echo err >&2; exit 3')", "[3,\"out\\n\",\"err\\n\"]")]
    [InlineData("UTF-8", "self.execute('printf \"Masaüstü\\\\\\\\\"')", "[0,\"Masaüstü\\\\\",\"\"]")]
    [InlineData("what is no UTF-8", "self.execute('printf \"a\\\\377b\"')", "[0,\"a\\ufffdb\",\"\"]")]
    [InlineData("more than a pipe holds, on both streams", "[len(part) for part in self.execute('head -c 3000000 /dev/zero | tr \"\\\\0\" a; head -c 3000000 /dev/zero | tr \"\\\\0\" b >&2')[1:]]", "[3000000,3000000]")]
    [InlineData("a list without a shell", "self.execute(['printf', '%s|', '$HOME', 'a b'], shell=False)", "[0,\"$HOME|a b|\",\"\"]")]
    [InlineData("standard input", "self.execute('cat', stdin='içerik')", "[0,\"içerik\",\"\"]")]
    [InlineData("no standard input", "self.execute('cat')", "[0,\"\",\"\"]")]
    [InlineData("environment", "self.execute('echo $COLOUR', env={'COLOUR': 'red'})", "[0,\"red\\n\",\"\"]")]
    [InlineData("working directory", "self.execute('pwd', cwd='/usr')", "[0,\"/usr\\n\",\"\"]")]
    [InlineData("not to be started", "[self.execute(['/no/such/program'], shell=False)[0], self.execute(['/no/such/program'], shell=False)[1].startswith('Could not execute command: '), self.execute(['/no/such/program'], shell=False)[2]]", "[1,true,\"\"]")]
    [InlineData("result=False does not wait", "[self.execute('cat ' + folder + '/held', result=False), open(folder + '/held', 'w').close()]", "[[null,null,null],null]", "os.mkfifo(folder + '/held')")]
    [InlineData("detach", "self.execute('exec notify-send x', detach=True)", "[0,\"\",\"\"]")]
    [InlineData("detach is another session", "[text.split()[0] == text.split()[1] for text in [open(folder + '/detached').read()]]", "[true]", "os.mkfifo(folder + '/detached'); self.execute('ps -o pid=,sid= -p $$ > ' + folder + '/detached', detach=True)")]
    [InlineData("as_user", "calls(lambda: self.execute('echo \"$USER\" \\'a b\\'', as_user='ayse'))", "[\"su|-|ayse|-c|echo \\\"$USER\\\" 'a b'\"]")]
    [InlineData("as_user gives the result", "self.execute('echo \"x y\"', as_user='ayse')", "[0,\"x y\\n\",\"\"]")]
    [InlineData("as_user that is an option", "self.execute('id', as_user='-root')[0]", "1")]
    [InlineData("ip", "calls(lambda: self.execute('uptime; id', ip='10.0.0.7'))", "[\"ssh|-o|BatchMode=yes|root@10.0.0.7|uptime; id\"]")]
    [InlineData("a signal's end", "self.execute('kill -9 $$')[0]", "-9")]
    [InlineData("descriptors of the host stay here", "self.execute('ls /proc/self/fd | wc -l')[1].strip()", "\"4\"")]
    public Task Execute(string row, string value, string expected, string? setup = null) => CheckAsync($"2.4 execute: {row}", value, expected, setup);

    [Theory]
    [InlineData("is_exist", "[self.is_exist('/etc'), self.is_exist('/no/such')]", "[true,false]")]
    [InlineData("write_file and read_file", "[self.write_file(folder + '/w', 'çay\\n'), self.read_file(folder + '/w')]", "[null,\"çay\\n\"]")]
    [InlineData("write_file appends by its mode", "[self.write_file(folder + '/a', '1'), self.write_file(folder + '/a', '2', 'a'), self.read_file(folder + '/a')][2]", "\"12\"")]
    [InlineData("write_file raises", "raises(self.write_file, '/no/such/file', 'x')", "\"FileNotFoundError\"")]
    [InlineData("delete_file", "[self.delete_file(folder + '/d'), self.is_exist(folder + '/d'), self.delete_file(folder + '/d')]", "[null,false,null]", "self.write_file(folder + '/d', '')")]
    [InlineData("has_attr_json of a dictionary", "[self.has_attr_json({'webcamX': 1}, 'webcam'), self.has_attr_json({'webcam': 1}, 'webcam')]", "[false,true]")]
    [InlineData("has_attr_json of a list", "[self.has_attr_json([{'tag': 1}], 'tag'), self.has_attr_json(['tag'], 'tag'), self.has_attr_json(['tags'], 'tag'), self.has_attr_json(None, 'tag')]", "[true,true,false,false]")]
    [InlineData("create_directory", "[self.create_directory(folder + '/x/y'), self.is_exist(folder + '/x/y'), raises(self.create_directory, folder + '/x/y')]", "[null,true,\"FileExistsError\"]")]
    [InlineData("create_file", "[self.create_file(folder + '/c'), self.create_file(folder + '/c')]", "[true,null]")]
    [InlineData("read_file of what cannot be read", "[self.read_file('/no/such'), self.read_file('/etc'), self.read_file(folder + '/latin')]", "[null,null,null]", "open(folder + '/latin', 'wb').write(b'\\xff\\xfe\\xff')")]
    [InlineData("read_file of bytes", "len(self.read_file('/bin/sh', 'rb')) > 1000", "true")]
    [InlineData("read_file_by_line", "[self.read_file_by_line(folder + '/l'), raises(self.read_file_by_line, '/no/such')]", "[[\"a\\n\",\"b\"],\"FileNotFoundError\"]", "self.write_file(folder + '/l', 'a\\nb')")]
    [InlineData("generate_uuid", "[len(self.generate_uuid()), self.generate_uuid() != self.generate_uuid()]", "[36,true]")]
    [InlineData("set_permission by number and text", "[oct(os.stat(folder + '/p').st_mode & 0o777), oct(os.stat(folder + '/p/f').st_mode & 0o777), oct(os.stat(folder + '/q').st_mode & 0o777)]", "[\"0o751\",\"0o751\",\"0o640\"]", "os.makedirs(folder + '/p', exist_ok=True); self.write_file(folder + '/p/f', ''); self.write_file(folder + '/q', ''); self.set_permission(folder + '/p', 751); self.set_permission(folder + '/q', '640')")]
    [InlineData("rename_file", "[self.rename_file(folder + '/r1', folder + '/r2'), self.is_exist(folder + '/r2'), self.is_exist(folder + '/r1')]", "[null,true,false]", "self.write_file(folder + '/r1', '')")]
    [InlineData("make_executable", "oct(os.stat(folder + '/e').st_mode & 0o777)", "\"0o744\"", "self.write_file(folder + '/e', ''); os.chmod(folder + '/e', 0o644); self.make_executable(folder + '/e')")]
    [InlineData("get_md5_file", "self.get_md5_file(folder + '/m')", "\"900150983cd24fb0d6963f7d28e17f72\"", "self.write_file(folder + '/m', 'abc')")]
    [InlineData("get_md5_text", "self.get_md5_text('abc')", "\"900150983cd24fb0d6963f7d28e17f72\"")]
    [InlineData("copy_file", "[self.copy_file(folder + '/m1', folder + '/m2'), self.read_file(folder + '/m2')]", "[null,\"abc\"]", "self.write_file(folder + '/m1', 'abc')")]
    [InlineData("delete_folder", "[self.delete_folder(folder + '/df'), self.is_exist(folder + '/df')]", "[null,false]", "os.makedirs(folder + '/df/sub')")]
    [InlineData("execute_script", "[self.execute_script('/bin/true', []), self.execute_script('/usr/bin/test', ['a', '=', 'a']), raises(self.execute_script, '/bin/false', [])]", "[0,0,\"CalledProcessError\"]")]
    [InlineData("get_size", "self.get_size(folder + '/s')", "3", "self.write_file(folder + '/s', 'abc')")]
    [InlineData("move", "[self.move(folder + '/v1', folder + '/v2'), self.is_exist(folder + '/v2')]", "[null,true]", "self.write_file(folder + '/v1', '')")]
    [InlineData("link_path", "os.readlink(folder + '/link')", "\"/etc\"", "self.link_path('/etc', folder + '/link')")]
    [InlineData("change_owner, file_owner, file_group", "[self.change_owner(folder + '/o', self.file_owner(folder + '/o'), 'root'), self.file_owner(folder + '/o') == __import__('getpass').getuser(), self.file_group(folder + '/o')]", "[null,true,0]", "self.write_file(folder + '/o', '')")]
    [InlineData("get_executable_path", "[self.get_executable_path('cat').endswith('/cat'), self.get_executable_path('no-such-program')]", "[true,null]")]
    [InlineData("string_to_json", "self.string_to_json('{\"a\": [1]}')", "{\"a\":[1]}")]
    public Task Files(string row, string value, string expected, string? setup = null) => CheckAsync($"2.4 {row}", value, expected, setup);

    [Theory]
    [InlineData("get_username", "self.get_username()", "\"ali\"")]
    [InlineData("get_as_user", "self.get_as_user()", "\"ali\"")]
    [InlineData("get_homedir", "self.get_homedir('root')", "\"/root\"")]
    [InlineData("get_gid_number", "self.get_gid_number('root')", "0")]
    [InlineData("get_language", "self.get_language() is None or len(self.get_language()) >= 2", "true")]
    [InlineData("get_agent_version", "self.get_agent_version()", "\"3.0.0\"")]
    [InlineData("timestamp", "bool(__import__('re').match(r'\\d\\d-\\d\\d-\\d{4} \\d\\d:\\d\\d$', self.timestamp()))", "true")]
    [InlineData("timestamp has the day's hours", "self.timestamp()[11:13] in ('%02d' % hour for hour in (before, before + 1, 0))", "true", "import time; before = time.localtime().tm_hour")]
    [InlineData("get_ask_path_file", "[os.path.isdir(self.get_ask_path_file()), self.get_ask_path_file()[-1]]", "[true,\"/\"]")]
    [InlineData("get_active_local_user", "self.get_active_local_user()", "\"ayse\"")]
    [InlineData("get_active_local_user without a session", "self.get_active_local_user()", "null", null, true)]
    [InlineData("get_active_user", "self.get_active_user()", "\"ayse\"")]
    [InlineData("get_active_user without a screen", "self.get_active_user()", "\"ayse\"", null, true)]
    [InlineData("get_desktop_env", "self.get_desktop_env() in ('gnome', 'xfce', 'cinnamon', None)", "true")]
    [InlineData("get_username_display", "[self.get_username_display('ayse'), raises(self.get_username_display, 'ali')]", "[\":1\",\"IndexError\"]")]
    [InlineData("get_username_display_gnome", "[self.get_username_display_gnome('ayse'), self.get_username_display_gnome('ali')]", "[\":1\",null]")]
    [InlineData("send_notify", "call_of('notify-send', lambda: self.send_notify('Başlık', '\"; id; \"', ':1', 'ayse', 'disk', 7000))", "\"notify-send|-u|normal|-t|7000|-i|disk|--|Başlık|\\\"; id; \\\"\"")]
    [InlineData("send_notify to root", "[line for line in calls(lambda: self.send_notify('a', 'b', ':0', 'root')) if line.startswith('su')]", "[]")]
    [InlineData("show_message, in either order", "[self.show_message('ayse', ':1', 'yes', 't'), self.show_message(':1', 'ayse', 'no', 't'), self.show_message('ayse', ':1', 'maybe', 't')]", "[true,false,null]")]
    [InlineData("ask_permission", "[self.ask_permission(':1', 'ayse', 'yes', 't'), self.ask_permission(':1', 'ayse', 'no', 't')]", "[true,false]")]
    [InlineData("show_registration_message", "self.show_registration_message('ayse', 'm', 't')", "\"server user secret\"")]
    [InlineData("show_unregistration_message", "self.show_unregistration_message('ayse', ':1', 'm', 't')", "\"server user secret\"")]
    [InlineData("close_session", "calls(lambda: self.close_session('ayse'))", "[\"loginctl|terminate-user|ayse\"]")]
    public async Task People(string row, string value, string expected, string? setup = null, bool nobody = false)
    {
        var mark = Path.Combine(Folders.FakeState, "nobody");
        if (nobody)
        {
            await File.WriteAllTextAsync(mark, "", TestContext.Current.CancellationToken);
        }

        try
        {
            await CheckAsync($"2.4 {row}", value, expected, setup);
        }
        finally
        {
            File.Delete(mark);
        }
    }

    [Theory]
    [InlineData("get_username", "self.get_username()", "\"OKUL\\\\ayse\"")]
    [InlineData("get_as_user", "self.get_as_user()", "\"OKUL\\\\\\\\ayse\"")]
    public Task The_user_of_a_call_comes_first(string row, string value, string expected) =>
        CheckAsync($"2.4 {row}", value, expected, call: new() { ["user"] = "ayse" });

    [Theory]
    [InlineData("is_installed", "[self.is_installed('present'), self.is_installed('configured-only'), self.is_installed('absent')]", "[true,false,false]")]
    [InlineData("install_with_dpkg", "calls(lambda: self.install_with_dpkg('/tmp/a b.deb'))", "[\"dpkg|-i|--|/tmp/a b.deb\"]")]
    [InlineData("install_with_apt_get", "calls(lambda: self.install_with_apt_get('one'))", $"[\"{Apt}install|--|one\"]")]
    [InlineData("install_with_apt_get of a version", "calls(lambda: self.install_with_apt_get('one', '1.0'))", $"[\"{Apt}install|--|one=1.0\"]")]
    [InlineData("install_with_apt_get gives execute's triple", "[self.install_with_apt_get('one'), self.install_with_apt_get('unknown')[0]]", "[[0,\"\",\"\"],100]")]
    [InlineData("install_with_apt_get of an option", "calls(lambda: self.install_with_apt_get('--yes'))", "[]")]
    [InlineData("uninstall_package", "calls(lambda: self.uninstall_package('one'))", $"[\"{Apt}purge|--|one\"]")]
    [InlineData("remove_package", "calls(lambda: self.remove_package('one', '2'))", $"[\"{Apt}remove|--|one=2\"]")]
    [InlineData("scopy_from_remote", "calls(lambda: self.scopy_from_remote('/a b', '/c', '10.0.0.7'))", "[\"scp|-o|BatchMode=yes|-r|root@10.0.0.7:/a b|/c\"]")]
    public Task Packages(string row, string value, string expected) => CheckAsync($"2.4 {row}", value, expected);

    [Fact]
    public async Task Shutdown_restarts_through_the_daemon()
    {
        Host.Requests.Clear();
        await CheckAsync("2.4 shutdown", "self.shutdown()", "null");
        Assert.Equal("reboot", Assert.Single(Host.Requests).Method);
    }
}
