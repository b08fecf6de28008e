using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.People;

/// <summary>What happened while the agent did not run.</summary>
public sealed partial class SessionKeeper
{
    private const int MostSpools = 2;

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var documents = await store.ListAsync(DocumentKinds.Session);
        var here = await ListAsync(cancellationToken);
        var rights = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in documents)
        {
            if (Read(key.Name, text) is { } document)
            {
                await InTurn(key.Name, async presence =>
                {
                    if (await TakeUp(key.Name, document, here, presence) && document.IsAdministrator)
                    {
                        rights[key.Name] = document.Login.NameOf(key.Name);
                    }
                });
            }
        }

        await administrators.RestoreAsync(rights, cancellationToken);
    }

    private SessionDocument? Read(string user, string? text)
    {
        try
        {
            return SessionDocument.Parse(text);
        }
        catch (JsonException failure)
        {
            LogUnreadable(failure, user);
            return null;
        }
    }

    /// <summary>Goes on with a user of whom something is stored.</summary>
    /// <returns>Whether the login that is stored goes on.</returns>
    private async Task<bool> TakeUp(string user, SessionDocument document, IReadOnlyDictionary<string, UserLogin>? here, Presence presence)
    {
        var login = document.Newest;
        if (presence.IsIn)
        {
            // The hook has been quicker, and the grain itself knows what to make of an older login.
            await Grain(user).Resume();
            return login.Boot == boot.Id;
        }

        var isOver = login.Boot != boot.Id || (login.IsSeen ? here is not null && !here.ContainsKey(user) : presence.IsHeard);
        if (document.IsPresent && isOver)
        {
            LogMissed(user);
            await Leave(user, presence);
            return false;
        }

        await Grain(user).Resume();
        presence.Set(document.IsPresent, login.IsSeen);
        return document.IsPresent;
    }

    /// <summary>Takes in what the hook wrote down because nobody listened.</summary>
    private async Task ReplayAsync()
    {
        try
        {
            // What was left over by an agent that ended meanwhile comes first.
            for (var round = 0; round < MostSpools && spool.Take() is { } spooled; round++)
            {
                if (spooled.Problem is { } problem)
                {
                    LogSpool(problem);
                }

                var words = spooled.Lines.Select(LoginText.ReadWord).ToArray();
                if (words.Count(word => word is null) is > 0 and var skipped)
                {
                    LogSkipped(skipped);
                }

                foreach (var ofUser in words.OfType<LoginWord>().GroupBy(word => word.Name.User, StringComparer.Ordinal))
                {
                    await Replay(ofUser.Key, [.. ofUser]);
                }

                spool.Forget();
            }
        }
        catch (Exception failure)
        {
            // The lines stay and are taken up with the next look.
            LogNotReplayed(failure, Presence.ListsAreLate.TotalSeconds);
            _ = LookLater(Presence.ListsAreLate);
        }
    }

    /// <summary>Who came and went while nobody listened has left nothing to undo, and Lider need not hear of it.</summary>
    private Task Replay(string user, LoginWord[] words) => InTurn(user, presence =>
    {
        // A word that the agent heard too late for the hook was written down as well.
        var news = words.Where(word => !presence.IsPast(word.WrittenBy)).ToArray();
        if (news.Length == 0)
        {
            return Task.CompletedTask;
        }

        var open = news.Aggregate(0, (count, word) => word.IsLogin ? count + 1 : Math.Max(0, count - 1));
        var last = news.LastOrDefault(word => word.IsLogin) ?? news[^1];
        return Act(user, presence.HintLate(open), last.Login, presence);
    });

    [LoggerMessage(1723, LogLevel.Information, "[SESSION] '{User}' has logged out while the agent did not run")]
    private partial void LogMissed(string user);

    [LoggerMessage(1724, LogLevel.Error, "[SESSION] How '{User}' stood when the agent stopped could not be read; the next login begins anew")]
    private partial void LogUnreadable(Exception failure, string user);

    [LoggerMessage(1725, LogLevel.Error, "[SESSION] {Problem}")]
    private partial void LogSpool(string problem);

    [LoggerMessage(1726, LogLevel.Warning, "[SESSION] {Count} lines of the login hook were not logins or logouts of people; they are skipped")]
    private partial void LogSkipped(int count);

    [LoggerMessage(1727, LogLevel.Error, "[SESSION] What the login hook wrote down could not be taken in; next attempt in {Seconds} s")]
    private partial void LogNotReplayed(Exception failure, double seconds);
}
