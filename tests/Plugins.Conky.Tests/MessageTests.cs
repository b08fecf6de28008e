using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Conky.Tests;

[Trait("Category", "Unit")]
public sealed class MessageTests : ConkyTest
{
    private static JsonObject Message(string text = "x") => new() { ["message"] = text };

    [Fact]
    public async Task A_message_is_shown_to_everybody_at_a_screen_and_answered_while_it_stands()
    {
        GivenSession("ayse", 1001, ":0");
        GivenSession("bora", 1002, "wayland-0", SessionType.Wayland);
        GivenSession("ayse", 1001, null, SessionType.Tty);
        GivenSession("gdm", 112, ":1024", kind: SessionClass.Greeter);
        GivenSession("can", 1003, ":1", state: SessionState.Closing);

        var running = Execute("EXECUTE_XMESSAGE", Message(@"Saat 18:00'\''de ""\""""bakım""\"""" var; $(id) <b>"));
        Assert.False(running.IsCompleted);
        Time.Advance(Messages.Proof);
        var result = await running;

        Assert.Equal((PluginCode.Processed, "The message is shown to ayse on :0, bora on wayland-0."), (result.Code, result.Message));
        Assert.Equal(new DialogText("Liderahenk Bildiri", "Saat 18:00'de \"bakım\" var; $(id) <b>"), Dialogs.Shown[0].Text);
        Assert.Equal("Saat 18:00'de \"bakım\" var; $(id) <b>", (string?)result.Data!["Result"]);
        Assert.Equal(["ayse-:0", "bora-wayland-0"], Dialogs.Shown.Select(dialog => dialog.Session.Id));
        Assert.All(Dialogs.Shown, dialog => Assert.False(dialog.Answer.Task.IsCompleted));
        Assert.Empty(Machine.Ran);
    }

    [Theory]
    [InlineData(DialogAnswer.Accepted)]
    [InlineData(DialogAnswer.Closed)]
    public async Task A_message_that_was_read_already_is_answered_at_once(DialogAnswer answer)
    {
        GivenSession("ayse", 1001, ":0");
        Dialogs.AtOnce = _ => answer;

        var result = await Execute("EXECUTE_XMESSAGE", Message());

        Assert.Equal((PluginCode.Processed, "The message is shown to ayse on :0."), (result.Code, result.Message));
    }

    [Fact]
    public async Task Without_anybody_at_a_screen_it_is_an_error()
    {
        GivenSession("ayse", 1001, null, SessionType.Tty);

        var result = await Execute("EXECUTE_XMESSAGE", Message());

        Assert.Equal((PluginCode.Error, "The message was not shown, because nobody is logged in at a screen of this machine."), (result.Code, result.Message));
        Assert.Null(result.Data);
        Assert.Empty(Dialogs.Shown);
    }

    [Fact]
    public async Task Without_a_message_it_is_an_error() => Assert.Equal(PluginCode.Error, (await Execute("EXECUTE_XMESSAGE", Message(""))).Code);

    [Fact]
    public async Task Where_no_dialog_can_be_shown_it_is_an_error_with_the_reason()
    {
        GivenSession("ayse", 1001, ":0");
        Dialogs.AtOnce = _ => DialogAnswer.NotShown;

        var result = await Execute("EXECUTE_XMESSAGE", Message());

        Assert.Equal(PluginCode.Error, result.Code);
        Assert.Contains("ayse on :0 (there is no program for dialogs on this machine", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_only_some_see_is_a_warning_that_names_the_others()
    {
        GivenSession("ayse", 1001, ":0");
        GivenSession("bora", 1002, ":1");
        Dialogs.AtOnce = session => session.UserName == "bora" ? throw new InvalidOperationException("broken") : null;

        var running = Execute("EXECUTE_XMESSAGE", Message());
        Time.Advance(Messages.Proof);
        var result = await running;

        Assert.Equal(
            (PluginCode.Warning, "The message is shown to ayse on :0. It could not be shown to bora on :1 (broken)."), (result.Code, result.Message));
    }

    [Fact]
    public async Task A_message_that_nobody_reads_is_taken_away_after_a_working_day()
    {
        await GivenOpenMessage();
        Time.Advance(Messages.Longest - Messages.Proof - TimeSpan.FromSeconds(1));
        Assert.False(Dialogs.Shown[0].Answer.Task.IsCompleted);

        Time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Dialogs.Shown[0].Answer.Task.WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Fact]
    public async Task The_messages_go_with_the_plugin()
    {
        await GivenOpenMessage();
        await GivenOpenMessage();

        await Run(PluginMode.Shutdown, user: null).WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.All(Dialogs.Shown, dialog => Assert.True(dialog.Answer.Task.IsCanceled));
    }

    [Fact]
    public async Task Messages_that_nobody_reads_do_not_pile_up_without_end()
    {
        for (var i = 0; i < Messages.MostInSession; i++)
        {
            await GivenOpenMessage();
        }

        var full = await Execute("EXECUTE_XMESSAGE", Message());
        Assert.Equal(PluginCode.Error, full.Code);
        Assert.Contains("10 earlier messages stand there unread", full.Message, StringComparison.Ordinal);

        // Closing them waits for their ends, so none counts any more.
        Dialogs.Shown.ForEach(dialog => dialog.Answer.TrySetResult(DialogAnswer.Closed));
        await Run(PluginMode.Shutdown, user: null).WaitAsync(TimeSpan.FromSeconds(60), Token);
        Dialogs.AtOnce = _ => DialogAnswer.Accepted;
        Assert.Equal(PluginCode.Processed, (await Execute("EXECUTE_XMESSAGE", Message())).Code);
    }

    private async Task GivenOpenMessage()
    {
        if (Machine.LoggedIn.Count == 0)
        {
            GivenSession("ayse", 1001, ":0");
        }

        var running = Execute("EXECUTE_XMESSAGE", Message());
        Time.Advance(Messages.Proof);
        Assert.Equal(PluginCode.Processed, (await running).Code);
    }
}
