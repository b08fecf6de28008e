using Ahenk.Machine.Linux.Administrators;

namespace Ahenk.Machine.Linux.Tests.Administrators;

[Trait("Category", "Integration")]
[Collection("processes")]
public sealed class PolkitRulesTests
{
    private const string Debian = """polkit.addAdminRule(function(action, subject) { return ["unix-group:sudo"]; });""";

    [Fact]
    public async Task Users_become_administrators_beside_those_of_the_distribution() => Assert.Equal(
        ["unix-user:ayse", "unix-user:mehmet", "unix-group:sudo", "unix-user:0"],
        await PolkitEngine.AskAsync(PolkitEngine.Polkitd, PolkitRules.Make(["ayse", "mehmet"]), Debian));

    [Fact]
    public async Task Whoever_the_next_rule_with_an_answer_names_stays_one() => Assert.Equal(
        ["unix-user:ayse", "unix-group:yoneticiler", "unix-user:admin", "unix-user:0"],
        await PolkitEngine.AskAsync(
            PolkitEngine.Polkitd,
            PolkitRules.Make(["ayse"]),
            "polkit.addAdminRule(function(action, subject) { return null; });",
            """polkit.addAdminRule(function(action, subject) { return ["unix-group:yoneticiler", "unix-user:admin", "unix-user:ayse"]; });""",
            Debian));

    [Fact]
    public async Task A_rule_sees_the_action_and_the_subject_through_it() => Assert.Equal(
        ["unix-user:mehmet", "unix-user:of-ayse-org.example.act", "unix-user:0"],
        await PolkitEngine.AskAsync(
            PolkitEngine.Polkitd,
            PolkitRules.Make(["mehmet"]),
            """polkit.addAdminRule(function(action, subject) { return ["unix-user:of-" + subject.user + "-" + action.id]; });"""));

    [Fact]
    public async Task A_rule_of_the_machines_administrator_before_it_has_the_last_word() => Assert.Equal(
        ["unix-user:boss"],
        await PolkitEngine.AskAsync(
            PolkitEngine.Polkitd, """polkit.addAdminRule(function(action, subject) { return ["unix-user:boss"]; });""", PolkitRules.Make(["ayse"]), Debian));

    [Fact]
    public async Task Rules_before_it_that_say_nothing_are_not_asked_twice() => Assert.Equal(
        ["unix-user:ayse", "unix-group:asked-1-times", "unix-user:0"],
        await PolkitEngine.AskAsync(
            PolkitEngine.Polkitd,
            "var asked = 0; polkit.addAdminRule(function(action, subject) { asked++; });",
            PolkitRules.Make(["ayse"]),
            """polkit.addAdminRule(function(action, subject) { return ["unix-group:asked-" + asked + "-times"]; });"""));

    [Fact]
    public async Task Where_nobody_is_named_root_stays_one() => Assert.Equal(
        ["unix-user:ayse", "unix-user:0"], await PolkitEngine.AskAsync(PolkitEngine.Polkitd, PolkitRules.Make(["ayse"])));

    [Theory]
    [InlineData(PolkitEngine.OtherPolkitd)]
    [InlineData(PolkitEngine.WrappingPolkitd)]
    public async Task A_polkit_with_another_list_of_rules_gets_the_group_of_Debian(string polkitd) => Assert.Equal(
        ["unix-user:ayse", "unix-group:sudo", "unix-user:0"], await PolkitEngine.AskAsync(polkitd, PolkitRules.Make(["ayse"]), Debian));

    [Theory]
    [InlineData("ayse")]
    [InlineData("Ayşe Gül.Öztürk@lider.local")]
    [InlineData("LIDER\\mehmet")]
    [InlineData("o'brien")]
    [InlineData("\"]; }); polkit.spawn([\"reboot\"]); ([\"")]
    [InlineData("*/ throw 1; /*")]
    [InlineData("// ${x} `y` %s")]
    [InlineData("\\\"")]
    [InlineData("\\u0022")]
    [InlineData("a\nb\r\u2028\u2029\0c")]
    [InlineData("</script>")]
    public async Task A_name_stays_a_name_whatever_is_in_it(string name)
    {
        var text = PolkitRules.Make([name]);

        Assert.Equal($"unix-user:{name}", (await PolkitEngine.AskAsync(PolkitEngine.Polkitd, text, Debian))[0]);
        Assert.True(text.All(char.IsAscii));
        Assert.Equal(PolkitRules.Make(["x"]).Count(letter => letter == '\n'), text.Count(letter => letter == '\n'));
    }
}
