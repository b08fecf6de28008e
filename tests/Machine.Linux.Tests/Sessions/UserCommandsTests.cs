using Ahenk.FileServers;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Machine.Linux.Tests.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Sessions;

/// <summary>Programs run as a user of this machine who exists while the test runs.</summary>
[Trait("Category", "Integration")]
public sealed class UserCommandsTests : RunnerTest, IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("ahenk-home-").FullName;
    private readonly Accounts _accounts = new(Runner, NullLogger<Accounts>.Instance);
    private TestUser? _user;
    private Account _account = new("", 0, 0, "/", "", []);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        _user = await TestUser.CreateAsync(_home);
        _account = await _accounts.FindAsync(_user.Name, Token) ?? throw new InvalidOperationException("The test's user is not known.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_user is not null)
        {
            await _user.DisposeAsync();
        }

        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_program_has_the_users_numbers_and_groups_and_no_others()
    {
        var primary = _account.Gid.ToString(null, null);

        Assert.Equal($"{_account.Uid}", await Line("id", "-u"));
        Assert.Equal($"{_account.Uid}", await Line("id", "-ru"));
        Assert.Equal(primary, await Line("id", "-g"));
        Assert.Equal(primary, await Line("id", "-G"));
        var status = await Status();
        Assert.Equal($"{_account.Uid}\t{_account.Uid}\t{_account.Uid}\t{_account.Uid}", status["Uid"]);
        Assert.Equal($"{_account.Gid}\t{_account.Gid}\t{_account.Gid}\t{_account.Gid}", status["Gid"]);
        Assert.Equal(primary, status["Groups"]);
    }

    [Fact]
    public async Task Supplementary_groups_are_set()
    {
        var result = await Commands().RunAsync(_account with { Groups = [_account.Gid, 65533, 65532] }, new CommandLine("id", "-G"), Token);

        Assert.Equal($"{_account.Gid} 65533 65532", Sorted(result.Output));

        string Sorted(string output) => string.Join(
            ' ', output.Trim().Split(' ').OrderBy(group => group != $"{_account.Gid}").ThenByDescending(group => group, StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_has_no_capabilities_and_can_get_none()
    {
        var status = await Status();

        const string None = "0000000000000000";
        Assert.Equal((None, None, None, None), (status["CapInh"], status["CapPrm"], status["CapEff"], status["CapAmb"]));
        Assert.Equal("1", status["NoNewPrivs"]);
    }

    [Fact]
    public async Task It_has_the_users_environment_and_nothing_of_the_agents()
    {
        Environment.SetEnvironmentVariable("AHENK_TEST_SECRET", "leaked");
        var result = await Commands().RunAsync(_account, new CommandLine("env") { Environment = new Dictionary<string, string> { ["EXTRA"] = "1" } }, Token);

        Assert.Equal(
            [
                "EXTRA=1", $"HOME={_home}", "LANG=C.UTF-8", $"LOGNAME={_account.Name}", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games",
                "SHELL=/usr/sbin/nologin", $"USER={_account.Name}",
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_starts_in_the_home_or_where_it_is_told_to()
    {
        Assert.Equal(_home, await Line("pwd"));
        Assert.Equal("/usr", (await Commands().RunAsync(_account, new CommandLine("pwd") { WorkingDirectory = "/usr" }, Token)).Output.Trim());
        Assert.Equal("/", (await Commands().RunAsync(_account with { Home = "/nonexistent" }, new CommandLine("pwd"), Token)).Output.Trim());
    }

    [Fact]
    public async Task The_directory_is_entered_with_the_users_rights()
    {
        var closed = Directory.CreateTempSubdirectory("ahenk-closed-").FullName; // 0700, root's
        try
        {
            var result = await Commands().RunAsync(_account, new CommandLine("pwd") { WorkingDirectory = closed }, Token);

            Assert.False(result.Succeeded);
            Assert.Contains("Permission denied", result.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(closed);
        }
    }

    [Fact]
    public async Task It_has_three_descriptors_a_session_of_its_own_and_no_looser_umask_than_usual()
    {
        using var bequeathed = FileCalls.Open("/etc/shadow", FileCalls.ReadOnly); // without the flag that closes it
        Assert.Equal("0\n1\n2\n3", (await Run("ls", "/proc/self/fd")).Output.Trim()); // 3 is the directory that ls reads
        var fields = (await Line("cat", "/proc/self/stat")).Split(' ');
        Assert.Equal((fields[0], fields[0], "0"), (fields[4], fields[5], fields[6]));
        Assert.Equal(18, Convert.ToInt32((await Status())["Umask"], 8) & 18); // 022
    }

    [Fact]
    public async Task Roots_files_are_closed_to_it()
    {
        Assert.Contains("Permission denied", (await Run("cat", "/etc/shadow")).Error, StringComparison.Ordinal);
        Assert.False((await Run("ls", "/root")).Succeeded);
    }

    [Fact]
    public async Task Arguments_and_exit_codes_pass_through()
    {
        string[] arguments = ["a b", "$HOME", "`id`", "--", "X=1", "-n", ""];
        Assert.Equal(string.Concat(arguments.Select(argument => argument + "\n")), (await Run("printf", ["%s\\n", .. arguments])).Output);
        Assert.Equal(7, (await Run("bash", "-c", "exit 7")).ExitCode);
    }

    [Fact]
    public async Task The_time_limit_ends_it()
    {
        var result = await Commands().RunAsync(
            _account, new CommandLine("sleep", "600") { TimeLimit = TimeSpan.FromMilliseconds(500), TerminationGrace = TimeSpan.FromSeconds(30) }, Token);

        Assert.True(result.TimedOut);
        Assert.Equal(128 + 15, result.ExitCode);
    }

    [Fact]
    public async Task A_session_gives_its_environment()
    {
        var session = new UserSession("2", _account.Name, _account.Uid) { Display = ":7", RuntimeDirectory = "/run/user/5", Type = SessionType.X11 };
        var result = await Commands().RunAsync(session, new CommandLine("env"), Token);

        Assert.Contains("DISPLAY=:7\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("XDG_RUNTIME_DIR=/run/user/5\n", result.Output, StringComparison.Ordinal);
        Assert.Contains($"HOME={_home}\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LD_PRELOAD")]
    [InlineData("LD_LIBRARY_PATH")]
    [InlineData("GLIBC_TUNABLES")]
    [InlineData("LOCPATH")]
    public async Task Orders_to_roots_loader_are_refused(string variable)
    {
        var command = new CommandLine("true") { Environment = new Dictionary<string, string> { [variable] = "x" } };

        Assert.Contains(variable, (await Commands().RunAsync(_account, command, Token)).StartError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_and_whoever_has_its_group_is_refused()
    {
        Assert.NotNull((await Commands().RunAsync(_account with { Uid = 0 }, new CommandLine("true"), Token)).StartError);
        Assert.NotNull((await Commands().RunAsync(_account with { Gid = 0 }, new CommandLine("true"), Token)).StartError);
        Assert.NotNull((await Commands().RunAsync(_account with { Groups = [0] }, new CommandLine("true"), Token)).StartError);
        Assert.NotNull((await Commands().RunAsync(new UserSession("1", "root", 0), new CommandLine("true"), Token)).StartError);
    }

    [Theory]
    [InlineData("ahenk-no-such-program")]
    [InlineData("./x")]
    [InlineData("/bin/a=b")]
    [InlineData("")]
    public async Task What_cannot_be_started_is_a_result(string program) =>
        Assert.NotNull((await Commands().RunAsync(_account, new CommandLine(program), Token)).StartError);

    [Fact]
    public async Task A_session_whose_number_is_another_users_is_refused() => Assert.NotNull(
        (await Commands().RunAsync(new UserSession("2", _account.Name, _account.Uid + 1), new CommandLine("true"), Token)).StartError);

    private UserCommands Commands() => new(
        Runner, new UserSessions(Runner, _accounts, TimeProvider.System, NullLogger<UserSessions>.Instance), _accounts);

    private Task<CommandResult> Run(string program, params string[] arguments) =>
        Commands().RunAsync(_account, new CommandLine(program, arguments), Token);

    private async Task<string> Line(string program, params string[] arguments)
    {
        var result = await Run(program, arguments);
        Assert.True(result.Succeeded, result.StartError ?? result.Error);
        return result.Output.Trim();
    }

    private async Task<Dictionary<string, string>> Status() => (await Line("cat", "/proc/self/status")).Split('\n')
        .Select(line => line.Split(':', 2)).ToDictionary(fields => fields[0], fields => fields[1].Trim());
}
