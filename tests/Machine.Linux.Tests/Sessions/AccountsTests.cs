using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Sessions;

[Trait("Category", "Unit")]
public sealed class AccountsTests
{
    private const string Ayse = "ayse:x:1000:1001:Ayşe,,,:/home/ayse:/bin/bash\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_is_found_with_all_groups()
    {
        var account = await FindAsync("ayse", ("getent passwd ayse", Ayse), ("id -G ayse", "1001 27 100\n"));

        Assert.NotNull(account);
        Assert.Equal(("ayse", 1000u, 1001u, "/home/ayse", "/bin/bash"), (account.Name, account.Uid, account.Gid, account.Home, account.Shell));
        Assert.Equal([1001u, 27u, 100u], account.Groups);
    }

    [Fact]
    public async Task The_name_service_of_this_machine_is_asked()
    {
        var accounts = new Accounts(new CommandRunner(TimeProvider.System, NullLogger<CommandRunner>.Instance), NullLogger<Accounts>.Instance);

        Assert.Equal((0u, "/root"), (await accounts.FindAsync("root", Token)) is { } root ? (root.Uid, root.Home) : default);
        Assert.Null(await accounts.FindAsync("ahenk-nobody-has-this-name", Token));
        Assert.Equal("root", (await accounts.FindAsync(0, Token))?.Name);
        Assert.Null(await accounts.FindAsync(3_987_654_321, Token));
    }

    [Fact]
    public async Task Who_has_a_number_for_a_name_is_not_taken_for_another_user()
    {
        var commands = new FakeCommands(line => line == "getent passwd 1000" ? FakeCommands.Ok("1000:x:4242:4242::/home/1000:/bin/bash\n") : FakeCommands.Failed(2));

        Assert.Null(await new Accounts(commands, NullLogger<Accounts>.Instance).FindAsync(1000, Token));
    }

    [Fact]
    public async Task A_domains_user_is_found_as_the_name_service_spells_it()
    {
        var account = await FindAsync(
            @"LIDER\ayse", (@"getent passwd LIDER\ayse", @"LIDER\ayse:*:70001:70001::/home/LIDER/ayse:/bin/bash"), (@"id -G LIDER\ayse", "70001"));

        Assert.Equal(@"LIDER\ayse", account?.Name);
    }

    [Fact]
    public async Task A_domains_user_may_be_known_without_the_domain() =>
        Assert.Equal(1000u, (await FindAsync(@"LIDER\ayse", ("getent passwd ayse", Ayse), ("id -G ayse", "1001")))?.Uid);

    [Fact]
    public async Task A_domains_user_is_never_taken_for_one_of_the_machines_own()
    {
        const string Root = "root:x:0:0:root:/root:/bin/bash\n";

        Assert.Null(await FindAsync(@"LIDER\root", ("getent passwd root", Root), ("getent --service=files passwd root", Root), ("id -G root", "0")));
    }

    [Fact]
    public async Task Without_an_answer_the_primary_group_is_the_only_one() =>
        Assert.Equal([1001u], (await FindAsync("ayse", ("getent passwd ayse", Ayse)))!.Groups);

    [Theory]
    [InlineData("ayse:x:1000:1001:::/bin/bash")]
    [InlineData("ayse:x:1000:1001::relative:/bin/bash")]
    [InlineData("ayse:x:-1:1001::/home/ayse:/bin/bash")]
    [InlineData("ayse:x:4294967295:1001::/home/ayse:/bin/bash")]
    [InlineData("ayse:x:1000:1001::/home/ayse")]
    [InlineData("-o:x:1000:1001::/home/ayse:/bin/bash")]
    [InlineData("")]
    public async Task An_answer_that_makes_no_sense_is_none(string entry) => Assert.Null(await FindAsync("ayse", ("getent passwd ayse", entry)));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("1000")]
    [InlineData("+0")]
    [InlineData("-x")]
    [InlineData("~root")]
    [InlineData("a:b")]
    [InlineData("../etc")]
    [InlineData("a\nb")]
    [InlineData(" a")]
    [InlineData(@"\a")]
    [InlineData(@"A\")]
    [InlineData(@"A\B\c")]
    [InlineData(@"LIDER\0")]
    [InlineData(@"LIDER\-x")]
    public async Task Names_that_cannot_be_are_not_looked_up(string name)
    {
        var commands = new FakeCommands(_ => FakeCommands.Ok(Ayse));

        Assert.Null(await new Accounts(commands, NullLogger<Accounts>.Instance).FindAsync(name, Token));
        Assert.Empty(commands.Lines);
    }

    [Theory]
    [InlineData("ayse", null, "ayse")]
    [InlineData(@"LIDER\ayse", "LIDER", "ayse")]
    [InlineData("ayşe.yılmaz@lider.local", null, "ayşe.yılmaz@lider.local")]
    [InlineData("ayse yilmaz", null, "ayse yilmaz")]
    [InlineData("pc-01$", null, "pc-01$")]
    [InlineData("1ayse", null, "1ayse")]
    public void Names_are_taken_apart(string text, string? domain, string user)
    {
        Assert.Equal(new LoginName(domain, user), LoginName.Parse(text));
        Assert.Equal(text, LoginName.Parse(text)!.ToString());
    }

    [Theory]
    [InlineData("gdm", true)]
    [InlineData("Debian-gdm", true)]
    [InlineData("lightdm", true)]
    [InlineData("sddm", true)]
    [InlineData("kdm", true)]
    [InlineData("gnome-initial-setup", true)]
    [InlineData("gdm-greeter", true)]
    [InlineData("gdm-greeter-2", true)]
    [InlineData("gdm-greeter-ayse", false)]
    [InlineData("gdmx", false)]
    [InlineData("ayse", false)]
    public void Display_managers_are_no_persons(string user, bool expected) => Assert.Equal(expected, LoginName.IsDisplayManager(user));

    private static Task<Account?> FindAsync(string name, params (string Line, string Output)[] answers) =>
        new Accounts(
            new FakeCommands(line => answers.FirstOrDefault(answer => answer.Line == line) is { Line: not null } found
                ? FakeCommands.Ok(found.Output)
                : FakeCommands.Failed(2)),
            NullLogger<Accounts>.Instance).FindAsync(name, Token);
}
