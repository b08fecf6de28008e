using Ahenk.Machine.Linux.Dialogs;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Tests.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Dialogs;

/// <summary>Dialogs of zenity on a real screen, answered by keyboard and mouse.</summary>
[Trait("Category", "Integration")]
public sealed class UserDialogsTests(Screen screen) : RunnerTest, IClassFixture<Screen>, IAsyncLifetime
{
    private static readonly DialogText Text = new("Agreement", "Do you accept?") { Accept = "Accept", Refuse = "Refuse" };

    private readonly UserDialogs _dialogs = Zenity(screen);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
    private readonly List<Task> _asked = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A dialog of a test that failed must not be answered by the next one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [Fact]
    public async Task The_button_that_agrees_is_told()
    {
        var answer = Ask(Text);
        await screen.WindowAsync("Agreement");
        await screen.PressAsync("Return");

        Assert.Equal(DialogAnswer.Accepted, await answer);
    }

    [Fact]
    public async Task The_button_that_refuses_is_told()
    {
        var answer = Ask(Text);
        await screen.ClickLastButtonAsync(await screen.WindowAsync("Agreement"));

        Assert.Equal(DialogAnswer.Refused, await answer);
    }

    [Theory]
    [InlineData("alt+F4")]
    [InlineData("Escape")]
    public async Task A_closed_window_is_neither(string key)
    {
        var answer = Ask(Text);
        await screen.WindowAsync("Agreement");
        await screen.PressAsync(key);

        Assert.Equal(DialogAnswer.Closed, await answer);
    }

    [Theory]
    [InlineData(Libc.SigKill)]
    [InlineData(Libc.SigTerm)]
    public async Task A_user_who_kills_the_dialog_has_closed_it(int signal)
    {
        var answer = Ask(Text);
        var process = await screen.ProcessOfAsync(await screen.WindowAsync("Agreement"));
        Assert.Equal(0, Libc.Kill(process, signal));

        Assert.Equal(DialogAnswer.Closed, await answer);
    }

    [Fact]
    public async Task A_dialog_is_taken_away()
    {
        var answer = Ask(Text);
        var process = await screen.ProcessOfAsync(await screen.WindowAsync("Agreement"));

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await IsGone(process);
        Assert.False(await screen.HasWindowAsync("Agreement"));
    }

    [Fact]
    public async Task It_is_a_program_of_the_users_and_nothing_of_its_text_is_in_its_arguments()
    {
        var answer = Ask(Text);
        var process = await screen.ProcessOfAsync(await screen.WindowAsync("Agreement"));

        Assert.Contains($"\nUid:\t{screen.Owner.Uid}\t{screen.Owner.Uid}\t", await File.ReadAllTextAsync($"/proc/{process}/status", Token), StringComparison.Ordinal);
        Assert.DoesNotContain("Do you accept", await File.ReadAllTextAsync($"/proc/{process}/cmdline", Token), StringComparison.Ordinal);
        await screen.PressAsync("Escape");
        await answer;
    }

    [Fact]
    public async Task A_long_text_that_looks_like_markup_and_options_is_shown_as_it_stands()
    {
        var text = new DialogText("--help", "--title=x\n<b>bold</b> & <span size='1'>\u001b[31m\\n\n" + string.Concat(Enumerable.Repeat("Çok uzun bir sözleşme satırı. ", 20_000)))
        {
            Accept = "--version",
            Refuse = "<i>no</i>",
        };
        var answer = Ask(text);
        await screen.WindowAsync("--help");
        await screen.PressAsync("Return");

        Assert.Equal(DialogAnswer.Accepted, await answer);
    }

    [Theory]
    [InlineData(true, "Return", DialogAnswer.Accepted)]
    [InlineData(false, "Return", DialogAnswer.Accepted)]
    [InlineData(false, "Escape", DialogAnswer.Closed)]
    public async Task A_text_to_be_read_has_one_button(bool isWarning, string key, DialogAnswer expected)
    {
        var answer = Keep(_dialogs.ShowAsync(
            screen.Session, new DialogText("--Note", "-a \\n <b>\n" + (isWarning ? "short" : new string('x', 3000))) { IsWarning = isWarning }, _stop.Token));
        await screen.WindowAsync("--Note");
        await screen.PressAsync(key);

        Assert.Equal(expected, await answer);
    }

    [Fact]
    public async Task Without_a_display_that_answers_nothing_is_shown()
    {
        Assert.Equal(DialogAnswer.NotShown, await _dialogs.AskAsync(screen.Session with { Id = "utmp-1", Display = ":9999" }, Text, Token));
        Assert.Equal(DialogAnswer.NotShown, await _dialogs.AskAsync(screen.Session with { Id = "utmp-1", Display = null }, Text, Token));
    }

    [Fact]
    public async Task Without_the_cookie_nothing_is_shown()
    {
        var other = new UserSession("utmp-1", "nobody", 65534) { Type = SessionType.X11, Display = screen.Session.Display };

        Assert.Equal(DialogAnswer.NotShown, await _dialogs.AskAsync(other, Text, Token));
    }

    [Fact]
    public async Task Without_a_program_nothing_is_shown()
    {
        var dialogs = new UserDialogs(screen.Commands, screen.Sessions, NullLogger<UserDialogs>.Instance) { IsInstalled = static _ => false };

        Assert.False(dialogs.CanShow);
        Assert.Equal(DialogAnswer.NotShown, await dialogs.AskAsync(screen.Session, Text, Token));
    }

    private Task<DialogAnswer> Ask(DialogText text) => Keep(_dialogs.AskAsync(screen.Session, text, _stop.Token));

    private Task<DialogAnswer> Keep(Task<DialogAnswer> answer)
    {
        var limited = answer.WaitAsync(TimeSpan.FromSeconds(60), Token);
        _asked.AddRange(answer, limited);
        return limited;
    }

    /// <summary>Whatever else is on the machine that tests run on.</summary>
    internal static UserDialogs Zenity(Screen screen) =>
        new(screen.Commands, screen.Sessions, NullLogger<UserDialogs>.Instance) { IsInstalled = static name => name == "zenity" };
}
