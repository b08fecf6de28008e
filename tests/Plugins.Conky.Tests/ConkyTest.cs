using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Ahenk.PluginTesting;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Plugins.Conky.Tests;

/// <summary>The plugin with a temporary directory in the place of <c>/</c>, dialogs that a test answers, and programs that are only written down.</summary>
public abstract class ConkyTest : IDisposable
{
    private protected ConkyTest()
    {
        Root = Directory.CreateTempSubdirectory("ahenk-conky-").FullName;
        Plugin = new ConkyPlugin(Root, Time);
        Machine = new FakeMachine
        {
            Dialogs = Dialogs,
            Known = { ["ayse"] = new Account("ayse", 1001, 1001, "/home/ayse", "", [1001]), ["bora"] = new Account("bora", 1002, 1002, "/home/bora", "", [1002]) },
        };
    }

    private protected string Root { get; }

    private protected FakeTimeProvider Time { get; } = new();

    private protected FakeDialogs Dialogs { get; } = new();

    private protected FakeMachine Machine { get; }

    private protected ConkyPlugin Plugin { get; }

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        var left = Directory.GetFiles(Root, ".ahenk-*", SearchOption.AllDirectories);
        Directory.Delete(Root, recursive: true);
        Assert.Empty(left);
        GC.SuppressFinalize(this);
    }

    private protected void GivenSession(
        string user, uint uid, string? display, SessionType type = SessionType.X11, SessionClass kind = SessionClass.User, SessionState state = SessionState.Active)
    {
        Machine.LoggedIn.Add(new UserSession($"{user}-{display}", user, uid)
        {
            Type = type,
            Class = kind,
            State = state,
            Display = type == SessionType.X11 ? display : null,
            WaylandSocket = type == SessionType.Wayland ? display : null,
        });
    }

    private protected Task<PluginResult> Execute(string command, JsonObject parameters) =>
        Answered(Plugin.Commands.Single(one => one.Id == command).Run, Given.Task(Machine, command, parameters));

    private protected Task<PluginResult> Apply(string text, string? user = "ayse") =>
        Answered(Plugin.Policy!.Apply, Given.Profile(Machine, user, new JsonObject { ["message"] = text }));

    private protected Task Run(PluginMode mode, string? user) => Plugin.Modes[mode](Given.Profile(Machine, user, []), Token);

    /// <summary>As the host does: what the input lacks is an error.</summary>
    private static async Task<PluginResult> Answered(CommandHandler handler, PluginContext context)
    {
        try
        {
            return await handler(context, Token);
        }
        catch (PluginInputException flaw)
        {
            return PluginResult.Error(flaw.Message);
        }
    }

    /// <summary>Dialogs that stand until a test ends them.</summary>
    private protected sealed class FakeDialogs : IUserDialogs
    {
        public List<(UserSession Session, DialogText Text, TaskCompletionSource<DialogAnswer> Answer)> Shown { get; } = [];

        /// <summary>How a dialog in a session ends at once; <see langword="null"/>: it stands.</summary>
        public Func<UserSession, DialogAnswer?> AtOnce { get; set; } = _ => null;

        public Task<DialogAnswer> ShowAsync(UserSession session, DialogText text, CancellationToken cancellationToken)
        {
            var answer = new TaskCompletionSource<DialogAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (AtOnce(session) is { } given)
            {
                answer.SetResult(given);
            }

            cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
            Shown.Add((session, text, answer));
            return answer.Task;
        }

        public Task<DialogAnswer> AskAsync(UserSession session, DialogText text, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A message is not a question.");

        public Task<bool> NotifyAsync(UserSession session, string text, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A message is for screens.");
    }
}
