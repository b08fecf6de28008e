using System.Text.Json.Nodes;

namespace Ahenk.Lider.Protocol.Tests;

[Trait("Category", "Unit")]
public sealed class GoldenInboundTests
{
    private static readonly TimeZoneInfo Istanbul = TimeZoneInfo.CreateCustomTimeZone("+03", TimeSpan.FromHours(3), null, null);

    [Fact]
    public void Execute_task_of_the_api_server()
    {
        var task = Golden.Parse<ExecuteTaskMessage>(Golden.Api, "EXECUTE_TASK");

        Assert.Equal(5000000123, task.TaskId);
        Assert.Equal("package-manager", task.PluginName);
        Assert.Equal("CHECK_PACKAGE", task.CommandClsId);
        Assert.Equal("*/5 8-17 * * 1-5", task.CronExpression);
        Assert.Equal("güvenlik-araçları", (string?)task.ParameterMap["packageName"]);
        Assert.Equal("", (string?)task.ParameterMap["packageVersion"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"url":"http://depo.example/pardus","keys":[1,2.5]}"""), task.ParameterMap["repository"]));
        Assert.Equal(3, task.ParameterMap.Count);
        Assert.Equal(Utc(2026, 3, 11, 13, 5, 9), task.CreateDate?.ToInstant(Istanbul));
        Assert.Null(task.ModifyDate);
        Assert.Equal(Utc(2026, 3, 11, 13, 5), task.Timestamp?.ToInstant(Istanbul));
        Assert.False(task.Deleted);
        Assert.False(task.TaskParts);
        Assert.True(task.MailSend);
        Assert.Equal(
            new PluginDescription
            {
                Id = 17,
                Name = "Package-Manager",
                Version = "1.0.0",
                Description = "Paket yönetimi",
                Active = true,
                Deleted = false,
                MachineOriented = true,
                UserOriented = false,
                PolicyPlugin = false,
                TaskPlugin = true,
                UsesFileTransfer = true,
                XBased = false,
                CreateDate = LiderDate.TryParse("14/01/2026 07:20:05"),
                ModifyDate = LiderDate.TryParse("1768375205000"),
            },
            task.Plugin);
        Assert.Equal(Utc(2026, 1, 14, 7, 20, 5), task.Plugin.CreateDate?.ToInstant(TimeZoneInfo.Utc));
        Assert.Equal(Utc(2026, 1, 14, 7, 20, 5), task.Plugin.ModifyDate?.ToInstant(Istanbul));
        Assert.Equal(
            new FileServer
            {
                Protocol = FileProtocol.Ssh,
                Host = "files.example",
                Port = 2222,
                Username = "lider",
                Password = "gizli-parola",
                Path = "/srv/lider/agent-files/masa-42/",
            },
            task.FileServer);
    }

    [Fact]
    public void Execute_task_of_the_osgi_server()
    {
        var task = Golden.Parse<ExecuteTaskMessage>(Golden.Osgi, "EXECUTE_TASK");

        Assert.Equal(88, task.TaskId);
        Assert.Equal("script", task.PluginName);
        Assert.Equal("EXECUTE_SCRIPT", task.CommandClsId);
        Assert.Null(task.CronExpression);
        Assert.Equal("BASH", (string?)task.ParameterMap["SCRIPT_TYPE"]);
        Assert.Equal("echo \"$HOME\"\n", (string?)task.ParameterMap["SCRIPT_CONTENTS"]);
        Assert.Equal("", (string?)task.ParameterMap["SCRIPT_PARAMS"]);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1583900000123), task.CreateDate?.ToInstant(Istanbul));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1583900001000), task.ModifyDate?.ToInstant(Istanbul));
        Assert.Null(task.TaskParts);
        Assert.False(task.MailSend);
        Assert.Null(task.FileServer);
        Assert.Equal(3, task.Plugin.Id);
        Assert.Null(task.Plugin.Description);
        Assert.True(task.Plugin.PolicyPlugin);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1400000000000), task.Plugin.CreateDate?.ToInstant(Istanbul));
    }

    [Fact]
    public void Update_scheduled_task_of_the_api_server_cancels()
    {
        var update = Golden.Parse<UpdateScheduledTaskMessage>(Golden.Api, "UPDATE_SCHEDULED_TASK");

        Assert.Equal(5000000123, update.TaskId);
        Assert.Null(update.CronExpression);
        Assert.Null(update.Timestamp);
    }

    [Fact]
    public void Update_scheduled_task_of_the_osgi_server_reschedules()
    {
        var update = Golden.Parse<UpdateScheduledTaskMessage>(Golden.Osgi, "UPDATE_SCHEDULED_TASK");

        Assert.Equal(88, update.TaskId);
        Assert.Equal("41 11 5 3 * 2021", update.CronExpression);
        Assert.Equal(Utc(2020, 3, 12, 6, 0), update.Timestamp?.ToInstant(Istanbul));
    }

    [Fact]
    public void Execute_policy_of_the_api_server_is_a_list()
    {
        var message = Golden.Parse<ExecutePolicyMessage>(Golden.Api, "EXECUTE_POLICY");

        Assert.False(message.IsFlat);
        Assert.Equal("zeynep", message.Username);
        Assert.Null(message.Timestamp);
        Assert.Equal(2, message.Policies.Count);

        var full = message.Policies[0];
        Assert.Equal(44, full.PolicyId);
        Assert.Equal("zeynep", full.Username);
        Assert.False(full.IsDeleted);
        Assert.Equal("04/02/2026 08:30:15", full.AssignDate);
        Assert.Equal("44-2", full.User.Version);
        Assert.Equal(7001, full.User.CommandExecutionId);
        Assert.Equal("31/12/2026 23:59:59", full.User.ExpirationDateText);
        Assert.Equal(Utc(2026, 12, 31, 20, 59, 59), full.User.ExpirationDate?.ToInstant(Istanbul));
        Assert.Equal(new PolicyPart(), full.Agent);
        Assert.Equal(FileProtocol.Http, full.FileServer?.Protocol);
        Assert.Equal("http://files.example/agent-files/masa-42/abc", full.FileServer?.Locate("Masa-42", "abc"));

        var profile = Assert.Single(full.User.Profiles!);
        Assert.Equal(61, profile.Id);
        Assert.Equal("Tarayıcı", profile.Label);
        Assert.Null(profile.Description);
        Assert.False(profile.Overridable);
        Assert.True(profile.Active);
        Assert.False(profile.Deleted);
        Assert.Equal("browser", profile.Plugin?.Name);
        Assert.Equal("https://örnek.example", (string?)profile.ProfileData!["preferences"]![0]!["value"]);
        Assert.Equal(Utc(2026, 2, 2, 7, 0), profile.CreateDate?.ToInstant(Istanbul));
        Assert.Equal(Utc(2026, 2, 3, 7, 0), profile.ModifyDate?.ToInstant(Istanbul));

        var gone = message.Policies[1];
        Assert.Equal(45, gone.PolicyId);
        Assert.True(gone.IsDeleted);
        Assert.Null(gone.AssignDate);
        Assert.Null(gone.FileServer);
        Assert.Equal(new PolicyPart(), gone.User);
    }

    [Fact]
    public void Execute_policy_of_the_osgi_server_is_flat()
    {
        var message = Golden.Parse<ExecutePolicyMessage>(Golden.Osgi, "EXECUTE_POLICY");

        Assert.True(message.IsFlat);
        Assert.Equal("zeynep", message.Username);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1583900000000), message.Timestamp?.ToInstant(Istanbul));
        var policy = Assert.Single(message.Policies);
        Assert.Null(policy.PolicyId);
        Assert.False(policy.IsDeleted);
        Assert.Null(policy.AssignDate);
        Assert.Equal("6-1", policy.User.Version);
        Assert.Equal(71, policy.User.CommandExecutionId);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1609448399000), policy.User.ExpirationDate?.ToInstant(Istanbul));
        Assert.Equal("8-4", policy.Agent.Version);
        Assert.Equal(72, policy.Agent.CommandExecutionId);
        Assert.Null(policy.Agent.Profiles);
        Assert.Null(policy.Agent.ExpirationDateText);
        Assert.Equal(new FileServer { Protocol = FileProtocol.Torrent }, policy.FileServer);
        var profile = Assert.Single(policy.User.Profiles!);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1580000000000), profile.CreateDate?.ToInstant(Istanbul));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1570000000000), profile.Plugin?.CreateDate?.ToInstant(Istanbul));
    }

    [Fact]
    public void Registration_response_of_the_api_server_with_active_directory()
    {
        var expected = new RegistrationResponseMessage
        {
            StatusText = "REGISTERED",
            Message = "masa-42 registered",
            AgentDn = "cn=masa-42,ou=Agents,dc=kurum,dc=example",
            DirectoryServer = "ACTIVE_DIRECTORY",
            DisableLocalUser = true,
            AdDomainName = "kurum.example",
            AdHostName = "dc1",
            AdIpAddress = "10.9.0.2",
            AdAdminUserName = "Administrator",
            AdAdminPassword = "Çok-Gizli-1",
            Timestamp = LiderDate.TryParse("1773234300123"),
        };

        var response = Golden.Parse<RegistrationResponseMessage>(Golden.Api, "REGISTRATION_RESPONSE");

        Assert.Equal(expected, response);
        Assert.Equal(RegistrationStatus.Registered, response.Status);
    }

    [Fact]
    public void Registration_response_of_the_osgi_server_with_ldap()
    {
        var expected = new RegistrationResponseMessage
        {
            StatusText = "ALREADY_EXISTS",
            Message = "updated",
            AgentDn = "cn=masa-42,ou=Agents,dc=kurum,dc=example",
            DisableLocalUser = false,
            LdapServer = "10.9.0.3",
            LdapBaseDn = "ou=Users,dc=kurum,dc=example",
            LdapVersion = "3",
            LdapUserDn = "cn=masa-42,ou=Agents,dc=kurum,dc=example",
            Timestamp = LiderDate.TryParse("1583900000000"),
        };

        var response = Golden.Parse<RegistrationResponseMessage>(Golden.Osgi, "REGISTRATION_RESPONSE");

        Assert.Equal(expected, response);
        Assert.Equal(RegistrationStatus.AlreadyExists, response.Status);
    }

    [Theory]
    [InlineData(Golden.Api, 1773234300123)]
    [InlineData(Golden.Osgi, 1583900000000)]
    public void Login_response(string server, long sent)
    {
        var response = Golden.Parse<LoginResponseMessage>(server, "LOGIN_RESPONSE");

        Assert.Equal("zeynep", response.UserName);
        Assert.Empty(response.ParameterMap);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(sent), response.Timestamp?.ToInstant(Istanbul));
    }

    [Fact]
    public void Install_plugin_names_the_package()
    {
        var install = Golden.Parse<InstallPluginMessage>(Golden.Osgi, "INSTALL_PLUGIN");

        Assert.Equal("Usb", install.PluginName);
        Assert.Equal("1.0.0", install.PluginVersion);
        Assert.Equal(
            new FileServer { Protocol = FileProtocol.Ssh, Host = "10.9.0.4", Port = 22, Username = "lider", Path = "/plugins/ahenk-usb_1.0.0_amd64.deb" },
            install.Source);
    }

    [Fact]
    public void Plugin_not_found()
    {
        var missing = Golden.Parse<PluginNotFoundMessage>(Golden.Osgi, "PLUGIN_NOT_FOUND");

        Assert.Equal("Usb", missing.PluginName);
        Assert.Equal("9.9", missing.PluginVersion);
    }

    [Fact]
    public void Response_agreement_names_the_text()
    {
        var agreement = Golden.Parse<ResponseAgreementMessage>(Golden.Osgi, "RESPONSE_AGREEMENT");

        Assert.Equal(new FileServer { Protocol = FileProtocol.Http, Url = "http://files.example/agreement/sozlesme.txt" }, agreement.Source);
    }

    [Fact]
    public void Execute_script()
    {
        var script = Golden.Parse<ExecuteScriptMessage>(Golden.Osgi, "EXECUTE_SCRIPT");

        Assert.Equal("hostname -f", script.Command);
        Assert.Equal(Utc(2020, 3, 11, 4, 13), script.Timestamp?.ToInstant(Istanbul));
        Assert.Equal("/agent-files/masa-42/out", script.FileServer?.Locate("masa-42", "out"));
        Assert.Equal(22, script.FileServer?.Port);
    }

    private static DateTimeOffset Utc(int year, int month, int day, int hour, int minute, int second = 0) =>
        new(year, month, day, hour, minute, second, TimeSpan.Zero);
}
