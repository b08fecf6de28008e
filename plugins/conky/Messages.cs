using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Conky;

/// <summary>
/// EXECUTE_XMESSAGE: a dialog with a text in the session of everybody who is logged in at a screen (PL 3). Nobody knows when it will be read, so the answer
/// says where it is shown, and the dialogs stay until they are closed, a working day has passed, or the plugin goes.
/// </summary>
/// <param name="time">Measures how long that is.</param>
internal sealed partial class Messages(TimeProvider time)
{
    /// <summary>A dialog that cannot be shown fails well within that time.</summary>
    public static readonly TimeSpan Proof = TimeSpan.FromSeconds(3);

    /// <summary>How long a dialog stays at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>How many stand in one session at most: each is a program, and a task that comes by schedule does not see that nobody is there.</summary>
    public const int MostInSession = 10;

    private const string Title = "Liderahenk Bildiri";

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<(string Session, Task Dialog)> _open = [];

    /// <summary>Shows the message.</summary>
    public async Task<PluginResult> ShowAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var text = ConsoleText.Unquote(context.Parameters.RequireString("message"));
        var sessions = (await context.Machine.Sessions.ListAsync(cancellationToken)).Where(session => session.IsOfPerson && session.IsGraphical).ToList();
        if (sessions.Count == 0)
        {
            return PluginResult.Error("The message was not shown, because nobody is logged in at a screen of this machine.");
        }

        var dialogs = sessions.ConvertAll(session => (Place: Place.Of(session), Answer: Open(context, session, new DialogText(Title, text))));
        await Task.WhenAny(Task.WhenAll(dialogs.Select(dialog => dialog.Answer)), Task.Delay(Proof, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        var (shown, failed) = (new List<string>(), new List<string>());
        foreach (var (place, answer) in dialogs)
        {
            if (answer.IsCompleted && await answer is { } problem)
            {
                failed.Add($"{place} ({problem})");
            }
            else
            {
                shown.Add(place);
            }
        }

        var data = new JsonObject { ["Result"] = text };
        return failed.Count == 0 ? PluginResult.Processed($"The message is shown to {string.Join(", ", shown)}.", data)
            : shown.Count == 0 ? PluginResult.Error($"The message could not be shown to {string.Join(", ", failed)}.")
            : PluginResult.Warning($"The message is shown to {string.Join(", ", shown)}. It could not be shown to {string.Join(", ", failed)}.", data);
    }

    /// <summary>Takes all dialogs away.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        _end.TrySetResult();
        Task[] open;
        lock (_gate)
        {
            open = [.. _open.Select(entry => entry.Dialog)];
        }

        await Task.WhenAll(open).WaitAsync(cancellationToken);
    }

    /// <summary>Opens a dialog.</summary>
    /// <returns>Ends with the dialog; says why it could not be shown, if so.</returns>
    private Task<string?> Open(PluginContext context, UserSession session, DialogText text)
    {
        lock (_gate)
        {
            _open.RemoveAll(entry => entry.Dialog.IsCompleted);
            if (_open.Count(entry => entry.Session == session.Id) >= MostInSession)
            {
                return Task.FromResult<string?>($"{MostInSession} earlier messages stand there unread");
            }

            var dialog = RunAsync(context, session, text);
            _open.Add((session.Id, dialog));
            return dialog;
        }
    }

    private async Task<string?> RunAsync(PluginContext context, UserSession session, DialogText text)
    {
        using var end = new CancellationTokenSource(Longest, time);
        try
        {
            var dialog = context.Machine.Dialogs.ShowAsync(session, text, end.Token);
            if (await Task.WhenAny(dialog, _end.Task) != dialog)
            {
                await end.CancelAsync();
            }

            return await dialog == DialogAnswer.NotShown
                ? "there is no program for dialogs on this machine, or the session has ended"
                : null;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure)
        {
            // Nobody may be waiting for it any more.
            LogFailed(context.Logger, Place.Of(session), failure);
            return failure.Message;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "[CONKY] The dialog of a message to {Place} failed")]
    private static partial void LogFailed(ILogger logger, string place, Exception failure);
}
