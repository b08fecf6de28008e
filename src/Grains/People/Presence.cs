namespace Ahenk.Grains.People;

/// <summary>What is to be done about a user.</summary>
internal enum PresenceStep
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The user has come.</summary>
    Enter,

    /// <summary>The user is here, and the login service knows it now.</summary>
    Confirm,

    /// <summary>The user has gone.</summary>
    Leave,
}

/// <summary>
/// Whether one user is here, from two sources that are each wrong at times. The login hook tells at once, but is lost when its process is killed, comes before
/// the login service has made the session or removed it, and may come twice; the list of sessions knows better, where there is somebody who keeps one. So a
/// user whom a list has shown is here as long as lists show the user; another one as long as the hook has told of more logins than logouts.
/// </summary>
internal sealed class Presence
{
    /// <summary>How long after the hook's word a list may still be behind it.</summary>
    internal static readonly TimeSpan ListsAreLate = TimeSpan.FromSeconds(10);

    private int _open;
    private DateTimeOffset? _heardAt;

    /// <summary>Calls about the user are made one after the other.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Whether the user's grain has been told that the user is here.</summary>
    public bool IsIn { get; private set; }

    /// <summary>Whether a list has shown the user since the login.</summary>
    public bool IsSeen { get; private set; }

    /// <summary>Whether the hook has told anything of the user since the agent's start.</summary>
    public bool IsHeard => _heardAt is not null;

    /// <summary>The user's grain has been told.</summary>
    /// <param name="isIn">Whether the user is here.</param>
    /// <param name="isSeen">Whether a list has shown the user.</param>
    public void Set(bool isIn, bool isSeen)
    {
        IsIn = isIn;
        IsSeen = isIn && isSeen;
        if (!isIn)
        {
            // Logouts that were not told of are not waited for.
            _open = 0;
        }
    }

    /// <summary>The hook has told of a login, which is always passed on: the user may have refused the agreement before.</summary>
    /// <param name="now">Now, when it is stored.</param>
    public void HintIn(DateTimeOffset now)
    {
        _open++;
        _heardAt = now;
    }

    /// <summary>The hook tells of a logout.</summary>
    /// <returns><see cref="PresenceStep.Leave"/>, or nothing: a list decides.</returns>
    public PresenceStep HintOut()
    {
        _open = Math.Max(0, _open - 1);
        return IsIn && !IsSeen && _open == 0 ? PresenceStep.Leave : PresenceStep.None;
    }

    /// <summary>What the hook told is stored. When it cannot be, the hook writes it down.</summary>
    public void Heard(DateTimeOffset now) => _heardAt = now;

    /// <summary>Whether the hook has told something since it wrote something down: that is past then, whether it was heard or not.</summary>
    public bool IsPast(DateTimeOffset writtenBy) => _heardAt >= writtenBy;

    /// <summary>The hook had written down what it could not tell, and has told nothing since.</summary>
    /// <param name="open">Logins less logouts.</param>
    public PresenceStep HintLate(int open)
    {
        // What is written down may have been heard all the same, so it is not added.
        _open = Math.Max(_open, open);
        return (open > 0, IsIn) switch
        {
            (true, _) => PresenceStep.Enter,
            (false, true) when !IsSeen => PresenceStep.Leave,
            _ => PresenceStep.None,
        };
    }

    /// <summary>A list of all sessions.</summary>
    /// <param name="isListed">Whether a session of the user is in it.</param>
    /// <param name="now">Now.</param>
    public PresenceStep Look(bool isListed, DateTimeOffset now)
    {
        var isBehind = _heardAt is { } heard && now >= heard && now - heard < ListsAreLate;
        return (isListed, IsIn) switch
        {
            (true, false) when !isBehind => PresenceStep.Enter,
            (true, true) when !IsSeen => PresenceStep.Confirm,

            // The hook's last word was a login, and that session may not be in the list yet.
            (false, true) when IsSeen && !(isBehind && _open > 0) => PresenceStep.Leave,
            _ => PresenceStep.None,
        };
    }
}
