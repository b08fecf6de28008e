using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Plugins.Ldap.Tests;

[Trait("Category", "Unit")]
public sealed class LdapTests : IDisposable
{
    private const string Dn = "cn=pc-01,ou=Agents,dc=example,dc=org";
    private const string Bind = "[domain/default]\nldap_uri = ldap://10.0.0.3\nldap_default_bind_dn = " + Dn + "\nldap_default_authtok = its-own\n";

    private readonly string _root = Directory.CreateTempSubdirectory("ahenk-ldap-").FullName;
    private readonly FakeMachine _machine = new();
    private readonly MemoryStore _store = new();
    private readonly RecordingAgent _agent = new();
    private readonly LdapPlugin _plugin;

    public LdapTests()
    {
        _plugin = new LdapPlugin(_root);
        Put("etc/hostname", "pc-01\n");
        Put("etc/hosts", "127.0.0.1\tlocalhost pc-01\n127.0.1.1\tPC-01.example.org pc-01 pc-010 # pc-01\n10.0.0.9 pc-01\n");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData(Dn, "ou=Lab,dc=example,dc=org", "cn=pc-01,ou=Lab,dc=example,dc=org")]
    [InlineData(@"cn=a\,b,ou=Agents,dc=example", "ou=Lab", @"cn=a\,b,ou=Lab")]
    [InlineData("cn=\"a,b\",ou=Agents", "ou=Lab", "cn=\"a,b\",ou=Lab")]
    [InlineData("cn=pc-01 , ou=Agents", "ou=Lab", "cn=pc-01,ou=Lab")]
    public async Task A_moved_entry_has_its_own_name_below_the_new_parent(string dn, string parent, string expected)
    {
        var answer = await Run("MOVE_AGENT", ("dn", dn), ("new_parent_dn", parent));

        Assert.Equal((PluginCode.Processed, expected), (answer.Code, (string?)answer.Data!["Dn"]));
        Assert.Equal([$"move {expected}"], _agent.Calls);
        Assert.Null(answer.AfterAnswer);
    }

    [Fact]
    public async Task The_directory_login_binds_as_the_moved_entry_and_keeps_the_rest_of_its_file_with_owner_and_mode()
    {
        Put("etc/sssd/sssd.conf", Bind);

        await Run("MOVE_AGENT", ("dn", Dn), ("new_parent_dn", "ou=Lab"), ("directory_server", "LDAP"));

        Assert.Equal(Bind.Replace(Dn, "cn=pc-01,ou=Lab", StringComparison.Ordinal), Get("etc/sssd/sssd.conf"));
        Assert.Equal(["chown", "chmod"], _machine.Ran.Select(command => command.Program));
        Assert.All(_machine.Ran, command => Assert.Equal($"--reference={_root}/etc/sssd/sssd.conf", command.Arguments[0]));
        Assert.Equal(["sssd.conf"], Directory.GetFiles($"{_root}/etc/sssd").Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("LDAP", "[domain/default]\nldap_uri = ldap://10.0.0.3\n# ldap_default_bind_dn = cn=x\n")]
    [InlineData("LDAP", "")]
    [InlineData("ACTIVE_DIRECTORY", Bind)]
    [InlineData("AD", Bind)]
    [InlineData("NONE", Bind)]
    [InlineData(null, Bind)]
    public async Task A_file_that_names_no_such_entry_or_another_directory_is_left_alone(string? directory, string text)
    {
        Put("etc/sssd/sssd.conf", text);

        var answer = await Run("MOVE_AGENT", ("dn", Dn), ("new_parent_dn", "ou=Lab"), ("directory_server", directory));

        Assert.Equal((PluginCode.Processed, text), (answer.Code, Get("etc/sssd/sssd.conf")));
        Assert.Empty(_machine.Ran);
    }

    [Fact]
    public async Task An_owner_that_cannot_be_kept_leaves_the_file_as_it_was_and_the_agent_moves_all_the_same()
    {
        Put("etc/sssd/sssd.conf", Bind);
        _machine.Answer = _ => FakeMachine.Ended(1, error: "chown: no");

        var answer = await Run("MOVE_AGENT", ("dn", Dn), ("new_parent_dn", "ou=Lab"), ("directory_server", "LDAP"));

        Assert.Equal((PluginCode.Error, "cn=pc-01,ou=Lab"), (answer.Code, (string?)answer.Data!["Dn"]));
        Assert.Contains("chown: no", answer.Message, StringComparison.Ordinal);
        Assert.Equal(Bind, Get("etc/sssd/sssd.conf"));
        Assert.Single(_agent.Calls);
        Assert.Single(Directory.GetFiles($"{_root}/etc/sssd"));
    }

    [Fact]
    public async Task A_renamed_machine_has_its_name_in_its_files_at_once_and_the_agent_its_own_after_the_answer()
    {
        Put("etc/sssd/sssd.conf", Bind);

        var answer = await Run("RENAME_ENTRY", ("dn", Dn), ("old_cn", "pc-01"), ("new_cn", "Lab-7"), ("directory_server", "LDAP"));

        Assert.Equal((PluginCode.Processed, "cn=Lab-7,ou=Agents,dc=example,dc=org"), (answer.Code, (string?)answer.Data!["Dn"]));
        Assert.Equal("Lab-7\n", Get("etc/hostname"));
        Assert.Equal("127.0.0.1\tlocalhost pc-01\n127.0.1.1\tLab-7.example.org Lab-7 pc-010 # Lab-7\n10.0.0.9 pc-01\n", Get("etc/hosts"));
        Assert.Contains("ldap_default_bind_dn = cn=Lab-7,ou=Agents,dc=example,dc=org\n", Get("etc/sssd/sssd.conf"), StringComparison.Ordinal);
        Assert.Empty(_agent.Calls);

        await answer.AfterAnswer!(Token);
        Assert.Equal(["rename lab-7 cn=Lab-7,ou=Agents,dc=example,dc=org"], _agent.Calls);
        await Init();
        Assert.Single(_agent.Calls);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_does_not_keep_the_agent_from_its_new_name()
    {
        File.Delete($"{_root}/etc/hostname");
        Directory.CreateDirectory($"{_root}/etc/hostname");

        var answer = await Run("RENAME_ENTRY", ("dn", Dn), ("old_cn", "pc-01"), ("new_cn", "lab-7"));
        await answer.AfterAnswer!(Token);

        Assert.Equal(PluginCode.Error, answer.Code);
        Assert.Contains("etc/hostname", answer.Message, StringComparison.Ordinal);
        Assert.Single(_agent.Calls);
    }

    [Fact]
    public async Task A_removed_agent_leaves_after_its_answer()
    {
        var answer = await Run("DELETE_AGENT", ("dn", Dn), ("directory_server", "NONE"));
        Assert.Equal((PluginCode.Processed, Dn), (answer.Code, (string?)answer.Data!["Dn"]));
        Assert.Empty(_agent.Calls);

        await answer.AfterAnswer!(Token);

        Assert.Equal(["leave"], _agent.Calls);
    }

    [Theory]
    [InlineData("DELETE_AGENT", "leave")]
    [InlineData("RENAME_ENTRY", "rename lab-7 cn=lab-7,ou=Agents,dc=example,dc=org")]
    public async Task What_the_agent_did_not_live_to_do_after_its_answer_is_done_when_it_starts_again_and_once(string command, string expected)
    {
        await Run(command, ("dn", Dn), ("old_cn", "pc-01"), ("new_cn", "lab-7"));

        await Init();
        await Init();

        Assert.Equal([expected], _agent.Calls);
    }

    [Theory]
    [InlineData("MOVE_AGENT", "dn", "pc-01")]
    [InlineData("MOVE_AGENT", "dn", null)]
    [InlineData("MOVE_AGENT", "dn", "cn=pc\nldap_uri = ldap://evil")]
    [InlineData("MOVE_AGENT", "new_parent_dn", "ou=Lab\nldap_uri = ldap://evil")]
    [InlineData("MOVE_AGENT", "new_parent_dn", "")]
    [InlineData("RENAME_ENTRY", "dn", "=x,ou=Agents")]
    [InlineData("RENAME_ENTRY", "new_cn", "a b")]
    [InlineData("RENAME_ENTRY", "new_cn", "../x")]
    [InlineData("RENAME_ENTRY", "new_cn", "-pc")]
    [InlineData("RENAME_ENTRY", "new_cn", "pc\n")]
    [InlineData("RENAME_ENTRY", "new_cn", null)]
    [InlineData("RENAME_ENTRY", "old_cn", "pc|.*")]
    public async Task A_parameter_that_cannot_be_meant_changes_nothing(string command, string name, string? value)
    {
        var parameters = new Dictionary<string, string?> { ["dn"] = Dn, ["new_parent_dn"] = "ou=Lab", ["old_cn"] = "pc-01", ["new_cn"] = "lab-7", [name] = value };

        await Assert.ThrowsAsync<PluginInputException>(() => Run(command, [.. parameters.Select(pair => (pair.Key, pair.Value))]));

        await Init();
        Assert.Empty(_agent.Calls);
        Assert.Equal("pc-01\n", Get("etc/hostname"));
    }

    private Task<PluginResult> Run(string command, params (string Name, string? Value)[] parameters) => _plugin.Commands
        .Single(one => one.Id == command)
        .Run(Context(command, new JsonObject(parameters.Select(pair => KeyValuePair.Create(pair.Name, (JsonNode?)pair.Value)))), Token);

    private Task Init() => _plugin.Modes[PluginMode.Init](Context("", []), Token);

    private PluginContext Context(string command, JsonObject parameters)
    {
        var given = Given.Task(_machine, command, parameters, store: _store);
        return new PluginContext
        {
            TaskId = given.TaskId,
            Command = command,
            Parameters = given.Parameters,
            PluginFolder = given.PluginFolder,
            Machine = _machine,
            Files = given.Files,
            Store = _store,
            AgentVersion = given.AgentVersion,
            Agent = _agent,
            Logger = NullLogger.Instance,
        };
    }

    private void Put(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private string Get(string path) => File.ReadAllText(Path.Combine(_root, path));

    private sealed class RecordingAgent : IAgentRegistration
    {
        public List<string> Calls { get; } = [];

        public Task MoveAsync(string dn) => Note($"move {dn}");

        public Task RenameAsync(string name, string dn) => Note($"rename {name} {dn}");

        public Task LeaveAsync() => Note("leave");

        private Task Note(string call)
        {
            Calls.Add(call);
            return Task.CompletedTask;
        }
    }
}
