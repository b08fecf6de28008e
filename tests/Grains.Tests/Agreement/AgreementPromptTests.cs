using Ahenk.Grains.Agreement;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Grains.Tests.Agreement;

[Trait("Category", "Unit")]
public sealed class AgreementPromptTests : IDisposable
{
    private static readonly AgreementQuestion Question = new("abc", "The text.");
    private static readonly UserSession Screen = Session("1", SessionType.X11);
    private static readonly UserSession Other = Session("2", SessionType.Wayland);
    private static readonly UserSession Terminal = Session("3", SessionType.Tty) with { Terminal = "pts/0" };

    private readonly PeopleMachine _machine = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _machine.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData(DialogAnswer.Accepted, AgreementReply.Accepted)]
    [InlineData(DialogAnswer.Refused, AgreementReply.Refused)]
    [InlineData(DialogAnswer.Closed, AgreementReply.Closed)]
    public async Task The_first_answer_counts_and_the_other_dialogs_are_taken_away(DialogAnswer answer, AgreementReply reply)
    {
        _machine.List = [Screen, Other, Session("4", SessionType.X11) with { UserName = "veli" }];
        var asking = Ask();
        await _machine.When(machine => machine.Open.Count == 2);
        Assert.Equal(["1", "2"], _machine.Open);
        Assert.Equal(("Ahenk user agreement", "The text.", "I accept", "I refuse"), (_machine.Text!.Title, _machine.Text.Text, _machine.Text.Accept, _machine.Text.Refuse));

        _machine.Answer("2", answer);

        Assert.Equal(reply, await asking);
        Assert.Empty(_machine.Open);
    }

    [Fact]
    public async Task A_directory_user_is_found_by_name_without_domain()
    {
        _machine.List = [Screen with { UserName = "CORP\\ayse" }];
        var asking = Ask();
        await _machine.When(machine => machine.Open.Count == 1);
        _machine.Answer("1", DialogAnswer.Accepted);

        Assert.Equal(AgreementReply.Accepted, await asking);
    }

    [Fact]
    public async Task A_session_that_comes_later_is_asked_too()
    {
        var asking = Ask();
        await Pass(machine => machine.Looks >= 5);
        _machine.List = [Screen];
        await Pass(machine => machine.Open.Count == 1);
        _machine.Answer("1", DialogAnswer.Accepted);

        Assert.Equal(AgreementReply.Accepted, await asking);
    }

    [Fact]
    public async Task A_display_that_is_not_up_yet_is_tried_again()
    {
        _machine.List = [Screen];
        _machine.IsUp = false;
        var asking = Ask();
        await Pass(machine => machine.Shown >= 3);
        _machine.IsUp = true;
        await Pass(machine => machine.Open.Count == 1);
        _machine.Answer("1", DialogAnswer.Accepted);

        Assert.Equal(AgreementReply.Accepted, await asking);
    }

    [Fact]
    public async Task When_the_time_is_up_the_dialogs_are_taken_away()
    {
        _machine.List = [Screen, Other];
        var asking = Ask();
        await _machine.When(machine => machine.Open.Count == 2);

        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(AgreementReply.TimedOut, await asking);
        Assert.Empty(_machine.Open);
    }

    [Fact]
    public async Task A_terminal_is_told_once_and_waited_for()
    {
        _machine.List = [Terminal];
        var asking = Ask();
        await Pass(machine => machine.Looks >= 40);
        Assert.False(asking.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(AgreementReply.TimedOut, await asking);
        var note = Assert.Single(_machine.Written);
        Assert.StartsWith("pts/0: Ahenk: ", note, StringComparison.Ordinal);
        Assert.Contains("ahenk agreement", note, StringComparison.Ordinal);
        Assert.Contains("5 minutes", note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 60)]
    [InlineData(20, 20)]
    public async Task Who_has_neither_screen_nor_terminal_is_not_asked_after_a_while(int limit, int waited)
    {
        _machine.List = [Session("5", SessionType.Unspecified), Screen with { State = SessionState.Closing }, Session("6", SessionType.X11) with { Class = SessionClass.Greeter }];
        var start = _time.GetUtcNow();
        var asking = Ask(TimeSpan.FromSeconds(limit));
        await Pass(_ => asking.IsCompleted, asking);

        Assert.Equal(AgreementReply.NotAsked, await asking);
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, waited, waited + 10);
        Assert.Equal(0, _machine.Shown);
    }

    [Fact]
    public async Task A_display_that_never_comes_up_is_given_up()
    {
        _machine.List = [Screen];
        _machine.IsUp = false;
        var asking = Ask();
        await Pass(_ => asking.IsCompleted, asking);

        Assert.Equal(AgreementReply.NotAsked, await asking);
        Assert.InRange(_machine.Shown, 20, 40);
    }

    [Fact]
    public async Task A_dialog_that_was_shown_and_vanished_does_not_free_the_user()
    {
        _machine.List = [Screen];
        var asking = Ask();
        await _machine.When(machine => machine.Open.Count == 1);
        await Pass(machine => machine.Looks >= 3);
        _machine.IsUp = false;
        _machine.Answer("1", DialogAnswer.NotShown);
        await Pass(machine => machine.Looks >= 60);

        Assert.False(asking.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(AgreementReply.TimedOut, await asking);
    }

    [Fact]
    public async Task Without_a_program_for_dialogs_nobody_waits()
    {
        _machine.List = [Screen];
        _machine.CanShow = false;

        Assert.Equal(AgreementReply.NotAsked, await Ask());
    }

    [Fact]
    public async Task Without_a_program_for_dialogs_a_terminal_is_still_waited_for()
    {
        _machine.List = [Screen, Terminal];
        _machine.CanShow = false;
        var asking = Ask();
        await Pass(machine => machine.Looks >= 3);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(AgreementReply.TimedOut, await asking);
    }

    [Fact]
    public async Task Who_is_not_to_be_asked_any_more_sees_the_dialogs_go()
    {
        _machine.List = [Screen];
        var asking = Ask();
        await _machine.When(machine => machine.Open.Count == 1);

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Empty(_machine.Open);
    }

    private static UserSession Session(string id, SessionType type) => new(id, "ayse", 1000) { Type = type, State = SessionState.Active };

    private Task<AgreementReply> Ask(TimeSpan? limit = null)
    {
        var options = new PeopleOptions { AgreementRequired = true, AgreementTimeout = limit ?? TimeSpan.FromMinutes(5), IsTurkish = false };
        return new AgreementPrompt(_machine, options, _time, NullLogger<AgreementPrompt>.Instance).AskAsync("ayse", Question, _stop.Token);
    }

    /// <summary>Lets time pass until something has come of it; each look at the sessions is waited for before more of it passes.</summary>
    private async Task Pass(Func<PeopleMachine, bool> happened, Task? orEnded = null)
    {
        while (!happened(_machine))
        {
            var looks = _machine.Looks;
            _time.Advance(TimeSpan.FromSeconds(2));
            var looked = _machine.When(machine => machine.Looks > looks);
            await (orEnded is null ? looked : Task.WhenAny(looked, orEnded)).WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
    }
}
