using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Hosting.Tests.Rig;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Hosting.Tests;

/// <summary>Whatever goes wrong (PL part 4.1): the task is answered once, as failed, with a sentence, and the agent goes on.</summary>
[Trait("Category", "Integration")]
public sealed class FailureTests : IDisposable
{
    private readonly PluginFolder _plugins = new();
    private readonly ManualResetEventSlim _gate = new();

    public static TheoryData<string, Misdeed> Table =>
        [.. Misdoers.All.SelectMany(maker => maker.Answers.Keys.Select(misdeed => new TheoryDataRow<string, Misdeed>(maker.Kind, misdeed)))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _gate.Set();
        _plugins.Dispose();
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task It_is_answered_once_as_failed_with_a_sentence(string kind, Misdeed misdeed)
    {
        AppDomain.CurrentDomain.SetData("misdeed gate", _gate);
        var maker = Misdoers.All.Single(maker => maker.Kind == kind);
        maker.Prepare(_plugins);
        if (misdeed != Misdeed.UnknownPlugin)
        {
            maker.Make(_plugins, "villain", misdeed);
        }

        _plugins.AddProbe();
        if (misdeed == Misdeed.UploadFails)
        {
            _plugins.Transfer.OnUpload = _ => throw new FileServerException("villain RUN: The file server is full.");
        }

        var answering = AnswerAsync(
            command: misdeed == Misdeed.UnknownCommand ? "MAKE_COFFEE" : "RUN",
            version: misdeed == Misdeed.OtherVersion ? "2.0.0" : "1.0.0",
            fileServer: misdeed == Misdeed.NoFileServer ? null : FakeTransfer.Server);
        if (misdeed is Misdeed.HangsBlocking or Misdeed.HangsAwaiting)
        {
            await _plugins.AdvanceUntil(answering, TimeSpan.FromMinutes(2));
        }

        var answer = await answering.WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.Equal((PluginCode.Error, null, null), (answer.Code, answer.Data, answer.FileType));
        Assert.True(answer.Message.Contains(maker.Answers[misdeed], StringComparison.Ordinal), $"'{maker.Answers[misdeed]}' is not in: {answer.Message}");

        // What the plugin itself has said begins the sentence in these.
        Assert.True(misdeed is Misdeed.MissingParameter or Misdeed.BadResult or Misdeed.BadData || answer.Message.Contains("villain", StringComparison.Ordinal), answer.Message);
        Assert.True(answer.Message.Length < 1000 && !answer.Message.Contains("s3cret", StringComparison.Ordinal), answer.Message);
        Assert.Empty(_plugins.Transfer.Files);

        // The others are none the worse for it.
        Assert.Equal("done", (await _plugins.Run("probe", "NOOP")).Message);
        await _plugins.Host.UnloadAsync("villain");
    }

    /// <summary>As a task goes: it is looked up, and run when nothing speaks against it.</summary>
    private async Task<TaskOutcome> AnswerAsync(string command, string version, string? fileServer)
    {
        var work = new PluginWork { Id = 7, Command = command, FileServer = fileServer };
        return (await _plugins.Host.FindAsync("villain", version, command)).Problem is { } problem
            ? TaskOutcome.Error(problem)
            : (await _plugins.Host.RunAsync("villain", work, Token)).Outcome;
    }
}
