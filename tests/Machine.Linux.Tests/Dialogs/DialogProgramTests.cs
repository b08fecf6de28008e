using Ahenk.Machine.Linux.Dialogs;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Dialogs;

/// <summary>What the programs for dialogs are told, and what their ends mean.</summary>
[Trait("Category", "Unit")]
public sealed class DialogProgramTests : IUserCommands, IUserSessions
{
    private static readonly DialogText Text = new("Title", "a\\n<b>&\n--c") { Accept = "Yes & so", Refuse = "No!:9", Close = "Shut" };

    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal) { ["DISPLAY"] = ":0" };
    private readonly List<CommandLine> _ran = [];
    private readonly UserSession _session = new("2", "ayse", 1000) { Type = SessionType.X11 };
    private Func<string, CommandResult> _end = static _ => Ended(99);
    private string[] _installed = ["zenity", "kdialog", "yad"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null, "zenity kdialog yad")]
    [InlineData("GNOME", null, "zenity kdialog yad")]
    [InlineData("KDE", null, "kdialog zenity yad")]
    [InlineData("ubuntu:KDE", "gnome", "kdialog zenity yad")]
    [InlineData(null, "plasma", "kdialog zenity yad")]
    public async Task The_sessions_desktop_decides_which_is_tried_first(string? current, string? desktop, string order)
    {
        if (current is not null)
        {
            _environment["XDG_CURRENT_DESKTOP"] = current;
        }

        Assert.Equal(DialogAnswer.NotShown, await Dialogs().AskAsync(_session with { Desktop = desktop }, Text, Token));
        Assert.Equal(order, string.Join(' ', _ran.Select(command => command.Program)));
    }

    [Theory]
    [InlineData("zenity", 64, "", DialogAnswer.Accepted)]
    [InlineData("zenity", 66, "No!:9\n", DialogAnswer.Refused)]
    [InlineData("zenity", 67, "No!:9\n", DialogAnswer.Refused)]
    [InlineData("zenity", 66, "", DialogAnswer.Closed)]
    [InlineData("zenity", 65, "", DialogAnswer.Closed)]
    [InlineData("zenity", 1, "", DialogAnswer.NotShown)]
    [InlineData("zenity", 137, "", DialogAnswer.Closed)]
    [InlineData("kdialog", 0, "", DialogAnswer.Accepted)]
    [InlineData("kdialog", 1, "", DialogAnswer.Refused)]
    [InlineData("kdialog", 2, "", DialogAnswer.Closed)]
    [InlineData("kdialog", 134, "", DialogAnswer.NotShown)]
    [InlineData("kdialog", 143, "", DialogAnswer.Closed)]
    [InlineData("yad", 64, "", DialogAnswer.Accepted)]
    [InlineData("yad", 65, "", DialogAnswer.Refused)]
    [InlineData("yad", 252, "", DialogAnswer.Closed)]
    [InlineData("yad", 1, "", DialogAnswer.NotShown)]
    public async Task Ends_have_their_meanings(string program, int exitCode, string output, DialogAnswer expected)
    {
        _installed = [program];
        _end = _ => Ended(exitCode) with { Output = output };

        Assert.Equal(expected, await Dialogs().AskAsync(_session, Text, Token));
        Assert.Equal(expected == DialogAnswer.Refused ? DialogAnswer.Closed : expected, await Dialogs().ShowAsync(_session, Text, Token));
    }

    [Fact]
    public async Task A_text_reaches_kdialog_as_harmless_markup()
    {
        _installed = ["kdialog"];
        await Dialogs().AskAsync(_session, Text, Token);

        Assert.Equal(
            [
                "--title=Title", "--yes-label=Yes && so", "--no-label=No!:9", "--cancel-label=Shut",
                "--yesnocancel=<qt><p style=\"white-space:pre-wrap\">a&#92;n&lt;b&gt;&amp;\n--c</p></qt>",
            ],
            _ran[0].Arguments);
        Assert.Equal(DialogAnswer.NotShown, await Dialogs().AskAsync(_session, Text with { Text = new string('<', 40_000) }, Token));
        Assert.Single(_ran);
    }

    [Fact]
    public async Task A_text_reaches_yad_as_its_input_and_a_label_stays_a_label()
    {
        _installed = ["yad"];
        await Dialogs().AskAsync(_session, Text, Token);

        Assert.Equal(Text.Text, _ran[0].StandardInput);
        Assert.Equal(["--button=Yes & so:64", "--button=No  9:65"], _ran[0].Arguments.Where(argument => argument.StartsWith("--button", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("tr_TR.UTF-8", null)]
    [InlineData("tr_TR.utf8", null)]
    [InlineData("C", "C.UTF-8")]
    [InlineData("tr_TR.ISO-8859-9", "C.UTF-8")]
    public async Task The_programs_always_understand_UTF_8(string? session, string? given)
    {
        if (session is not null)
        {
            _environment["LANG"] = session;
        }

        await Dialogs().AskAsync(_session, Text, Token);

        Assert.Equal(given, _ran[0].Environment.GetValueOrDefault("LANG"));
        Assert.Equal("64", _ran[0].Environment["ZENITY_OK"]);
    }

    [Fact]
    public async Task Control_characters_are_not_shown()
    {
        await Dialogs().AskAsync(_session, new DialogText("a\nb\u001b", "c\r\n\td\u0007\u009b"), Token);

        Assert.Equal("c\n\td", _ran[0].StandardInput);
        Assert.Contains("--title=a b ", _ran[0].Arguments);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_followed_by_the_next()
    {
        _end = program => program == "kdialog" ? Ended(0) : Ended(-1) with { StartError = "no" };

        Assert.Equal(DialogAnswer.Accepted, await Dialogs().AskAsync(_session, Text, Token));
    }

    Task<CommandResult> IUserCommands.RunAsync(UserSession session, CommandLine command, CancellationToken cancellationToken)
    {
        _ran.Add(command);
        return Task.FromResult(_end(command.Program));
    }

    IReadOnlyDictionary<string, string> IUserSessions.ReadEnvironment(UserSession session) => _environment;

    Task<CommandResult> IUserCommands.RunAsync(Account account, CommandLine command, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<IReadOnlyList<UserSession>> IUserSessions.ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<bool> IUserSessions.EndAsync(UserSession session, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static CommandResult Ended(int exitCode) => new() { ExitCode = exitCode, Output = "", Error = "" };

    private UserDialogs Dialogs() => new(this, this, NullLogger<UserDialogs>.Instance) { IsInstalled = name => _installed.Contains(name) };
}
