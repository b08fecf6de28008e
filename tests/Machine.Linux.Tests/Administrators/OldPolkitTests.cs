namespace Ahenk.Machine.Linux.Tests.Administrators;

[Trait("Category", "Unit")]
public sealed class OldPolkitTests : IDisposable
{
    private readonly PolkitRoot _root = new PolkitRoot().WithConfiguration();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task Users_are_named_beside_those_of_the_distribution_and_no_longer_than_needed()
    {
        _root.AddConfiguration("50-localauthority.conf", "# Configuration file\n\n[Configuration]\nAdminIdentities=unix-user:0\n");
        _root.AddConfiguration("51-ubuntu-admin.conf", "[Configuration]\nAdminIdentities = unix-group:sudo;unix-group:admin;\n");
        _root.AddConfiguration("52-other.conf", "[Other]\nAdminIdentities=unix-group:everybody\n[Configuration]\n#AdminIdentities=unix-group:everybody\n");
        _root.AddConfiguration("53-none.bak", "[Configuration]\nAdminIdentities=unix-group:everybody\n");

        Assert.Null(await _root.SetAsync("mehmet", "ayse.gül@lider.local"));

        Assert.Equal(
            ["[Configuration]", "AdminIdentities=unix-group:sudo;unix-group:admin;unix-user:0;unix-user:ayse.gül@lider.local;unix-user:mehmet"],
            Lines());
        Assert.Null(await _root.SetAsync());
        Assert.False(File.Exists(_root.ConfigurationFile));
    }

    [Fact]
    public async Task Where_the_distribution_names_nobody_the_group_of_Debian_is_named()
    {
        Assert.Null(await _root.SetAsync("ayse"));

        Assert.Equal(["[Configuration]", "AdminIdentities=unix-group:sudo;unix-user:0;unix-user:ayse"], Lines());
    }

    [Theory]
    [InlineData("x;unix-user:mehmet")]
    [InlineData("LIDER\\mehmet")]
    public async Task A_name_that_the_file_cannot_hold_is_refused_and_the_others_are_not(string name)
    {
        var hindrance = await _root.SetAsync(name, "ayse");

        Assert.Contains($"'{name}' was not made an administrator", hindrance, StringComparison.Ordinal);
        Assert.Equal(["[Configuration]", "AdminIdentities=unix-group:sudo;unix-user:0;unix-user:ayse"], Lines());
    }

    [Fact]
    public async Task A_later_file_that_has_the_last_word_is_told_of()
    {
        _root.AddConfiguration("99-local.conf", "[Configuration]\nAdminIdentities=unix-user:boss\n");

        Assert.Contains("localauthority.conf.d/99-local.conf' has AdminIdentities too", await _root.SetAsync("ayse"), StringComparison.Ordinal);
        Assert.Null(await _root.SetAsync());
    }

    [Fact]
    public async Task A_machine_with_both_directories_gets_both_files()
    {
        _root.WithRules();

        Assert.Null(await _root.SetAsync("ayse", "LIDER\\mehmet"));
        Assert.Equal(["[Configuration]", "AdminIdentities=unix-group:sudo;unix-user:0;unix-user:ayse"], Lines());
        Assert.True(File.Exists(_root.RulesFile));

        Assert.Null(await _root.SetAsync());
        Assert.False(File.Exists(_root.ConfigurationFile) || File.Exists(_root.RulesFile));
    }

    private string[] Lines() => [.. File.ReadAllLines(_root.ConfigurationFile).Where(line => !line.StartsWith('#'))];
}
