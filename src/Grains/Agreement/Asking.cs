using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Agreement;

/// <summary>One question to one user, in all sessions that the user has or gets meanwhile.</summary>
internal sealed class Asking : IAsyncDisposable
{
    /// <summary>How often it is looked for sessions; a dialog that still stands at the next look has been shown.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How long a login may take to have a screen or terminal.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private readonly IMachine _machine;
    private readonly TimeProvider _time;
    private readonly TimeSpan _grace;
    private readonly DialogText _dialog;
    private readonly string _note;
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, Task<DialogAnswer>> _dialogs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private bool _wasShown;

    /// <summary>Prepares it.</summary>
    /// <param name="machine">Has the sessions and the dialogs.</param>
    /// <param name="options">The time limit and the language.</param>
    /// <param name="time">The time.</param>
    /// <param name="question">The question.</param>
    /// <param name="stop">Takes everything away: the time is up, or nobody waits any more.</param>
    public Asking(IMachine machine, PeopleOptions options, TimeProvider time, AgreementQuestion question, CancellationToken stop)
    {
        var words = AgreementWords.In(options.IsTurkish);
        _machine = machine;
        _time = time;
        _grace = options.AgreementTimeout < Grace ? options.AgreementTimeout : Grace;
        _dialog = new DialogText(words.Title, question.Text) { Accept = words.Accept, Refuse = words.Refuse, Close = words.Close };
        _note = string.Format(CultureInfo.InvariantCulture, words.OnTerminal, Math.Ceiling(options.AgreementTimeout.TotalMinutes));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Asks until there is an answer, the time is up, or it is clear that there is nothing to ask on.</summary>
    public async Task<AgreementReply> RunAsync(string user)
    {
        var start = _time.GetTimestamp();
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (true)
            {
                var sessions = await ListAsync(user);
                await AskInAsync(sessions);
                if (!_wasShown && IsWithoutProgram(sessions))
                {
                    return AgreementReply.NotAsked;
                }

                if (await WaitAsync(timer) is { } reply)
                {
                    return reply;
                }

                if (!_wasShown && _time.GetElapsedTime(start) >= _grace)
                {
                    return AgreementReply.NotAsked;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return _wasShown || _dialogs.Count > 0 ? AgreementReply.TimedOut : AgreementReply.NotAsked;
        }
    }

    /// <summary>Takes the dialogs away that still stand.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAll(_dialogs.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private bool IsWithoutProgram(IEnumerable<UserSession> sessions) => !_machine.Dialogs.CanShow && sessions.Any(static session => session.IsGraphical);

    private async Task<IReadOnlyList<UserSession>> ListAsync(string user) =>
        [.. (await _machine.Sessions.ListAsync(_stop.Token)).Where(session => session.IsOfPerson && LoginName.Parse(session.UserName)?.User == user)];

    private async Task AskInAsync(IReadOnlyList<UserSession> sessions)
    {
        foreach (var session in sessions)
        {
            if (session.IsGraphical)
            {
                if (!_dialogs.ContainsKey(session.Id) && _machine.Dialogs.CanShow)
                {
                    _dialogs[session.Id] = _machine.Dialogs.AskAsync(session, _dialog, _stop.Token);
                }
            }
            else if (!_told.Contains(session.Id) && await _machine.Dialogs.NotifyAsync(session, _note, _stop.Token))
            {
                _told.Add(session.Id);
                _wasShown = true;
            }
        }
    }

    /// <summary>Waits for an answer until it is time to look for sessions again.</summary>
    private async Task<AgreementReply?> WaitAsync(PeriodicTimer timer)
    {
        var next = timer.WaitForNextTickAsync(_stop.Token).AsTask();
        while (true)
        {
            await Task.WhenAny([next, .. _dialogs.Values]);

            // An answer counts that was given when the time was just up.
            foreach (var (session, dialog) in _dialogs.Where(static pair => pair.Value.IsCompleted).OrderBy(static pair => pair.Value.IsCanceled).ToList())
            {
                var answer = await dialog;
                if (answer != DialogAnswer.NotShown)
                {
                    return Translate(answer);
                }

                _dialogs.Remove(session);
            }

            if (next.IsCompleted)
            {
                await next;
                _wasShown |= _dialogs.Count > 0;
                return null;
            }
        }
    }

    private static AgreementReply Translate(DialogAnswer answer) => answer switch
    {
        DialogAnswer.Accepted => AgreementReply.Accepted,
        DialogAnswer.Refused => AgreementReply.Refused,
        _ => AgreementReply.Closed,
    };
}
