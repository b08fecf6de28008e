namespace Ahenk.PythonHost.Tests.Surface;

/// <summary>PL 2.5: AptHelper, DiskInfo, DisplayHelper, DesktopType.</summary>
public sealed class HelperTests(ProbeHost probe) : SurfaceTest(probe)
{
    private const string Apt = "apt-get|--yes|-o|DPkg::Lock::Timeout=300|";

    [Theory]
    [InlineData("install_packages", "calls(lambda: AptHelper.install_packages(['one', 'two']))", $"[\"dpkg|--configure|-a\",\"{Apt}install|--|one|two\"]")]
    [InlineData("install_packages with all options", "calls(lambda: AptHelper.install_packages(['one', 'two'], update_cache=True, run_dpkg_configure=False, versions={'two': '2'}))", $"[\"{Apt}update|--\",\"{Apt}install|--|one|two=2\"]")]
    [InlineData("install_packages of an unknown one", "[AptHelper.install_packages(['unknown'])[0], AptHelper.install_packages(['one'])]", "[1,[0,\"\",\"\"]]")]
    [InlineData("remove_packages", "calls(lambda: AptHelper.remove_packages(['known'], purge=True))", "[\"dpkg|--configure|-a\",\"dpkg-query|-W|-f|${Package}\\\\n|--|known\",\"" + Apt + "purge|--|known\"]")]
    [InlineData("remove_packages of an unknown one", "AptHelper.remove_packages(['unknown'])[0]", "0")]
    [InlineData("update_cache", "[calls(AptHelper.update_cache), AptHelper.update_cache(run_dpkg_configure=False)]", $"[[\"dpkg|--configure|-a\",\"{Apt}update|--\"],[0,\"\",\"\"]]")]
    [InlineData("get_all_disks", "[[sorted(disk) for disk in kind if sorted(disk) != ['name', 'total', 'type', 'used']] for kind in DiskInfo.get_all_disks()]", "[[],[]]")]
    [InlineData("get_all_disks by kind", "[set(disk['type'] for disk in kind) <= {name} for kind, name in zip(DiskInfo.get_all_disks(), ('SSD', 'HDD'))]", "[true,true]")]
    [InlineData("total_disk, total_disk_used, total_disk_free", "[DiskInfo.total_disk() > 0, 0 < DiskInfo.total_disk_used() <= DiskInfo.total_disk(), DiskInfo.total_disk_free() >= 0]", "[true,true,true]")]
    [InlineData("detect_desktop_env", "DisplayServerType.detect_desktop_env()", "\"x11\"")]
    [InlineData("DisplayServerType", "[DisplayServerType.X11.value, DisplayServerType.WAYLAND.value, DisplayServerType.as_list()]", "[\"x11\",\"wayland\",[\"x11\",\"wayland\"]]")]
    [InlineData("detect_user_display", "[DisplayHelper.detect_user_display('ayse'), DisplayHelper.detect_user_display('nobody')]", "[\":1\",null]")]
    [InlineData("build_env_string", "'DISPLAY=:1' in DisplayHelper.build_env_string().split()", "true")]
    [InlineData("build_env_string of a server and a user", "'DISPLAY=:1' in DisplayHelper.build_env_string(DisplayServerType.X11.value, 'ayse').split()", "true")]
    [InlineData("build_env_string of nobody", "DisplayHelper.build_env_string(user='nobody')", "\"\"")]
    [InlineData("get_user_session", "[DisplayHelper.get_user_session('ayse'), DisplayHelper.get_user_session('nobody')]", "[\"2\",null]")]
    [InlineData("get_loginctl_env", "[DisplayHelper.get_loginctl_env('ayse')['Type'], DisplayHelper.get_loginctl_env('nobody')]", "[\"x11\",{}]")]
    [InlineData("get_socket_wayland_display", "DisplayHelper.get_socket_wayland_display('ayse')", "null")]
    [InlineData("get_wayland_env", "'XDG_RUNTIME_DIR' in DisplayHelper.get_wayland_env('ayse')", "true")]
    [InlineData("get_x11_env", "DisplayHelper.get_x11_env('ayse')['DISPLAY']", "\":1\"")]
    [InlineData("get_username_display", "DisplayHelper.get_username_display('ayse')", "\":1\"")]
    [InlineData("get_username_display_gnome", "DisplayHelper.get_username_display_gnome('ayse')", "\":1\"")]
    [InlineData("detect_display_socket_base", "DisplayHelper.detect_display_socket_base('nobody')", "null")]
    [InlineData("DesktopType", "[[kind.name.lower(), kind.value] for kind in DesktopType]", "[[\"gnome\",\"/usr/bin/gnome-session\"],[\"xfce\",\"/usr/bin/xfce4-session\"],[\"cinnamon\",\"/usr/bin/cinnamon-session\"]]")]
    [InlineData("DisplayManagerUser", "DisplayManagerUser.all_users()", "[\"gdm\",\"lightdm\",\"kdm\",\"Debian-gdm\"]")]
    public Task Table_2_5(string row, string value, string expected) => CheckAsync($"2.5 {row}", value, expected);

    [Fact]
    public Task A_wayland_session_is_seen_as_one() => CheckAsync(
        "2.5 wayland",
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
}
