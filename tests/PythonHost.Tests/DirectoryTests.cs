using System.Text.Json.Nodes;

namespace Ahenk.PythonHost.Tests;

/// <summary>PL 1.7, 2.2: joining and leaving directories, on files of the test's own and with fake programs.</summary>
[Trait("Category", "Integration")]
public sealed class DirectoryTests : HostTest
{
    private const string Resolver = "nameserver 192.0.2.1\noptions edns0\n";
    private const string Hosts = "127.0.0.1 localhost\n127.0.1.1 pc-01\n";
    private const string Switch = "passwd:         files systemd\ngroup:          files\nhosts:          files dns\n";
    private const string Pam = "session required pam_unix.so\n";

    private const string Ldap = "execute_sssd_authentication.ExecuteSSSDAuthentication";
    private const string CancelLdap = "execute_cancel_sssd_authentication.ExecuteCancelSSSDAuthentication";
    private const string OldLdap = "execute_ldap_login.ExecuteLDAPLogin";
    private const string CancelOldLdap = "execute_cancel_ldap_login.ExecuteCancelLDAPLogin";
    private const string Domain = "execute_sssd_ad_authentication.ExecuteSSSDAdAuthentication";
    private const string CancelDomain = "execute_cancel_sssd_ad_authentication.ExecuteCancelSSSDAdAuthentication";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Etc => Path.Combine(Folders.Root, "machine", "etc");

    private string FakeCalls => File.ReadAllText(Path.Combine(Folders.Root, "calls"));

    [Fact]
    public async Task Logins_go_to_an_LDAP_directory_and_come_back()
    {
        var host = await StartAsync();

        Assert.Equal("True", await RunAsync(host, Ldap, "authenticate('10.0.0.5', 'dc=org', 'cn=admin,dc=org', 's3cret')"));

        var sssd = Read("sssd/sssd.conf");
        Assert.Contains("\nldap_uri = ldap://10.0.0.5\n", sssd, StringComparison.Ordinal);
        Assert.Contains("\nldap_default_bind_dn = cn=admin,dc=org\n", sssd, StringComparison.Ordinal);
        Assert.Contains("\nldap_default_authtok = s3cret\n", sssd, StringComparison.Ordinal);
        Assert.Contains("\nldap_sudo_search_base = ou=Role,ou=Groups,dc=org\n", sssd, StringComparison.Ordinal);
        Assert.Contains("\nldap_pwdlockout_dn = ou=PasswordPolicies,dc=org\n", sssd, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Etc, "sssd/sssd.conf")));
        var services = Read("nsswitch.conf");
        Assert.StartsWith("passwd:         files systemd sss\ngroup:          files sss\n", services, StringComparison.Ordinal);
        Assert.Contains("\nhosts:          files dns\n", services, StringComparison.Ordinal);
        Assert.Contains("sudoers: files sss\n", services, StringComparison.Ordinal);
        Assert.StartsWith(Pam + "session optional pam_mkhomedir.so", Read("pam.d/common-session"), StringComparison.Ordinal);
        Assert.Contains("systemctl|restart|sssd.service", FakeCalls, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", FakeCalls, StringComparison.Ordinal);

        Assert.Equal("True", await RunAsync(host, CancelLdap, "cancel()"));

        Assert.False(Directory.Exists(Path.Combine(Etc, "sssd")));
        Assert.Equal(Pam, Read("pam.d/common-session"));
        Assert.StartsWith(Switch, Read("nsswitch.conf"), StringComparison.Ordinal);
        Assert.DoesNotContain("sss", Read("nsswitch.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_account_the_agents_own_is_used()
    {
        var host = await StartAsync();

        Assert.Equal("True", await RunAsync(host, OldLdap, "login('ldaps://d.org', 'dc=org', '3', None, None)"));

        var sssd = Read("sssd/sssd.conf");
        Assert.Contains("ldap_default_bind_dn = cn=pc-01,ou=Ahenkler,dc=liderahenk,dc=org\n", sssd, StringComparison.Ordinal);
        Assert.Contains("ldap_default_authtok = 100%$ecret\n", sssd, StringComparison.Ordinal);
        Assert.Contains("ldap_tls_reqcert = demand\ncache", sssd, StringComparison.Ordinal);
        Assert.Equal("True", await RunAsync(host, CancelOldLdap, "cancel()"));
    }

    [Fact]
    public async Task A_value_of_several_lines_joins_nothing()
    {
        var host = await StartAsync();

        Assert.Equal("False", await RunAsync(host, Ldap, "authenticate('10.0.0.5', 'dc=org\\n[sssd]', 'cn=a', 's')"));
        Assert.Equal("False", await RunAsync(host, Domain, "authenticate('okul.lan', 'dc1;id', '10.0.0.3', 'p', 'u', False)"));

        Assert.False(Directory.Exists(Path.Combine(Etc, "sssd")));
        Assert.False(File.Exists(Path.Combine(Folders.Root, "calls")));
    }

    [Fact]
    public async Task A_domain_is_joined_and_left()
    {
        var host = await StartAsync();
        Directory.CreateDirectory(Path.Combine(Etc, "sssd"));
        await File.WriteAllTextAsync(
            Path.Combine(Etc, "sssd/sssd.conf"), "[sssd]\ndomains = okul.lan\n[domain/okul.lan]\nuse_fully_qualified_names = True\n",
            Token);

        Assert.Equal("True", await RunAsync(host, Domain,
            "authenticate('okul.lan', 'dc1.okul.lan,dc2.okul.lan', '10.0.0.3,10.0.0.4', 's3cret', 'admin', 'true')"));

        Assert.Equal("10.0.0.3,10.0.0.4\ndc1.okul.lan,dc2.okul.lan\nokul.lan\nadmin\n", Read("ahenk/ad_info"));
        Assert.Contains("10.0.0.4 dc2.okul.lan dc2 ", Read("hosts"), StringComparison.Ordinal);
        Assert.EndsWith("nameserver 10.0.0.3\nnameserver 10.0.0.4\nsearch okul.lan\n", Read("resolv.conf"), StringComparison.Ordinal);
        Assert.Contains(
            "[domain/okul.lan]\nuse_fully_qualified_names = False\nfallback_homedir = /home/%u\ndyndns_update = True\n",
            Read("sssd/sssd.conf"), StringComparison.Ordinal);
        Assert.Equal("s3cret\n", await File.ReadAllTextAsync(Path.Combine(Folders.FakeState, "password"), Token));
        Assert.Contains("realm|join|--user=admin|okul.lan\n", FakeCalls, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", FakeCalls, StringComparison.Ordinal);

        Assert.Equal("True", await RunAsync(host, CancelDomain, "cancel()"));

        Assert.Equal((Hosts, Resolver), (Read("hosts"), Read("resolv.conf")));
        Assert.False(File.Exists(Path.Combine(Etc, "ahenk/ad_info")));
    }

    [Fact]
    public async Task A_domain_that_is_not_there_is_no_success()
    {
        await File.WriteAllTextAsync(Path.Combine(Folders.FakeState, "no-domain"), "", Token);
        var host = await StartAsync();

        Assert.Equal("False", await RunAsync(host, Domain, "authenticate('okul.lan', 'dc1', '10.0.0.3', 'p', 'admin', None)"));

        Assert.Contains("error: The domain okul.lan could not be joined: no such realm", host.Log);
    }

    [Fact]
    public async Task A_domain_that_cannot_be_left_is_an_error_and_the_files_come_back_all_the_same()
    {
        await File.WriteAllTextAsync(Path.Combine(Folders.FakeState, "no-domain"), "", Token);
        var host = await StartAsync();
        await File.AppendAllTextAsync(Path.Combine(Etc, "pam.d/common-session"), "session optional pam_mkhomedir.so\n", Token);

        var result = await CallAsync(host, CancelDomain, "cancel()");

        Assert.Equal("RuntimeError: The domain could not be left: not a member", (string?)result["error"]);
        Assert.Equal(Pam, Read("pam.d/common-session"));
    }

    private async Task<HostProcess> StartAsync()
    {
        Directory.CreateDirectory(Path.Combine(Etc, "pam.d"));
        var files = new[] { ("resolv.conf", Resolver), ("hosts", Hosts), ("nsswitch.conf", Switch), ("pam.d/common-session", Pam) };
        foreach (var (file, text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(Etc, file), text, Token);
        }

        return await StartAsync(MakePlugin("directory", ("run.py", """
            import importlib
            from base.registration import machine_files
            def handle_task(task, context):
                machine_files.root = task['root']
                module, name = task['type'].split('.')
                cls = getattr(importlib.import_module('base.registration.' + module), name)
                context.create_response('TASK_PROCESSED', eval('cls().' + task['call']))
            """)));
    }

    private async Task<string?> RunAsync(HostProcess host, string type, string call)
    {
        var result = await CallAsync(host, type, call);
        Assert.True(result["error"] is null, (string?)result["traceback"]);
        return (string?)result["message"];
    }

    private Task<JsonObject> CallAsync(HostProcess host, string type, string call) => host.CommandAsync("RUN", new JsonObject
    {
        ["root"] = Path.Combine(Folders.Root, "machine"),
        ["type"] = type,
        ["call"] = call,
    });

    private string Read(string file) => File.ReadAllText(Path.Combine(Etc, file));
}
