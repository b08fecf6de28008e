namespace Ahenk.Package.Tests;

/// <summary>A package that lies where the Python Ahenk's does: its paths and its files below /etc, which dpkg knows as configuration.</summary>
internal static class OldPackage
{
    private const string Control =
        "Package: ahenk\nVersion: 2.0.1\nArchitecture: all\nMaintainer: Tests <tests@ahenk.example>\nDescription: the Python Ahenk, for tests\n";

    /// <summary>The tables that matter to who the machine is and what it does by itself.</summary>
    private const string Database = """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.executescript('''
        CREATE TABLE task (id INTEGER, create_date TEXT, modify_date TEXT, command_cls_id TEXT, parameter_map BLOB, deleted INTEGER, plugin TEXT, cron_expr TEXT, file_server TEXT);
        CREATE TABLE schedule_task (id INTEGER PRIMARY KEY AUTOINCREMENT, task_id TEXT);
        CREATE TABLE plugin (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, version TEXT);
        CREATE TABLE registration (jid TEXT, password TEXT, registered INTEGER, dn TEXT, params TEXT, timestamp TEXT);
        INSERT INTO plugin VALUES (1, 'script', '1.0.0');
        INSERT INTO registration VALUES ('pc-7', 'geheim', 1, 'cn=pc-7', '{}', '05-03-2026 11:40');
        INSERT INTO task VALUES (4211, 'None', 'None', 'EXECUTE_SCRIPT', '{"SCRIPT_TYPE": 0, "SCRIPT_CONTENTS": "id", "SCRIPT_PARAMS": ""}', 'False', '1', '0 3 * * *', 'null');
        INSERT INTO schedule_task (task_id) VALUES ('4211');
        ''')
        database.commit()
        """;

    /// <summary>Makes the database of a registered agent.</summary>
    public static Task MakeDatabaseAsync(string file) => Tool.RunAsync("python3", "-c", Database, file);

    /// <summary>Makes and installs it.</summary>
    /// <param name="debian">Where.</param>
    /// <param name="removal">What its postrm does, whatever it is called for.</param>
    public static async Task InstallAsync(DebianSystem debian, string removal = ":")
    {
        const string Folder = "/root/old";
        string[] configuration = ["/etc/ahenk/ahenk.conf", "/etc/ahenk/log.conf", "/etc/init.d/ahenk", "/etc/logrotate.d/ahenk"];
        string[] others =
        [
            "/usr/share/ahenk/ahenkd.py", "/usr/share/ahenk/base/scope.py", "/usr/share/ahenk/plugins/script/main.py", "/usr/share/ahenk/plugins/extra/main.py",
            "/usr/share/ahenk/plugins/extra/data/words", "/lib/systemd/system/ahenk.service", "/usr/share/libpam-script/pam_script_ses_open",
        ];
        foreach (var file in configuration.Concat(others))
        {
            debian.Write(Folder + file, "of the Python Ahenk\n");
        }

        debian.Write(Folder + "/DEBIAN/control", Control);
        debian.Write(Folder + "/DEBIAN/conffiles", string.Concat(configuration.Select(file => file + "\n")));
        debian.Write(Folder + "/DEBIAN/postrm", $"#!/bin/sh\n{removal}\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await debian.RunAsync("chmod", "-R", "u=rwX,go=rX", Folder);
        await debian.RunAsync("chmod", "755", Folder + "/DEBIAN/postrm");
        await debian.RunAsync("dpkg-deb", "--root-owner-group", "--build", Folder, "/root/old.deb");
        await debian.RunAsync("dpkg", "-i", "/root/old.deb");
    }
}
