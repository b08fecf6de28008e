namespace Ahenk.Package.Tests;

/// <summary>A package that lies where the Python Ahenk's does: its paths and its files below /etc, which dpkg knows as configuration.</summary>
internal static class OldPackage
{
    private const string Control =
        "Package: ahenk\nVersion: 2.0.1\nArchitecture: all\nMaintainer: Tests <tests@ahenk.example>\nDescription: the Python Ahenk, for tests\n";

    /// <summary>Makes and installs it.</summary>
    public static async Task InstallAsync(DebianSystem debian)
    {
        const string Folder = "/root/old";
        string[] configuration = ["/etc/ahenk/ahenk.conf", "/etc/ahenk/log.conf", "/etc/init.d/ahenk", "/etc/logrotate.d/ahenk"];
        string[] others =
        [
            "/usr/share/ahenk/ahenkd.py", "/usr/share/ahenk/base/scope.py", "/usr/share/ahenk/plugins/script/main.py", "/lib/systemd/system/ahenk.service",
            "/usr/share/libpam-script/pam_script_ses_open",
        ];
        foreach (var file in configuration.Concat(others))
        {
            debian.Write(Folder + file, "of the Python Ahenk\n");
        }

        debian.Write(Folder + "/DEBIAN/control", Control);
        debian.Write(Folder + "/DEBIAN/conffiles", string.Concat(configuration.Select(file => file + "\n")));
        await debian.RunAsync("chmod", "-R", "u=rwX,go=rX", Folder);
        await debian.RunAsync("dpkg-deb", "--root-owner-group", "--build", Folder, "/root/old.deb");
        await debian.RunAsync("dpkg", "-i", "/root/old.deb");
    }
}
