namespace Ahenk.Plugins.Sdk;

/// <summary>Shows dialogs to users, in their own sessions, as programs of their own: what a user does to such a program harms nobody else.</summary>
public interface IUserDialogs
{
    /// <summary>Whether a program for dialogs is on this machine; without one every dialog is <see cref="DialogAnswer.NotShown"/>.</summary>
    bool CanShow => true;

    /// <summary>Shows a text that is to be read, with one button.</summary>
    /// <returns><see cref="DialogAnswer.Accepted"/> when the button was pressed.</returns>
    Task<DialogAnswer> ShowAsync(UserSession session, DialogText text, CancellationToken cancellationToken);

    /// <summary>Shows a text with two buttons and waits for the choice.</summary>
    /// <param name="session">Where.</param>
    /// <param name="text">What.</param>
    /// <param name="cancellationToken">Takes the dialog away.</param>
    /// <exception cref="OperationCanceledException">The token was set; the dialog is gone by then.</exception>
    Task<DialogAnswer> AskAsync(UserSession session, DialogText text, CancellationToken cancellationToken);

    /// <summary>Writes lines to the terminal of a session.</summary>
    /// <returns>Whether they were written; <see langword="false"/>: it has no terminal, or none of the user's own.</returns>
    Task<bool> NotifyAsync(UserSession session, string text, CancellationToken cancellationToken);
}

/// <summary>What a dialog says. Control characters are not shown, and markup is shown as it stands.</summary>
/// <param name="Title">The window's title.</param>
/// <param name="Text">The text, of any length: a long one can be scrolled.</param>
public sealed record DialogText(string Title, string Text)
{
    /// <summary>The button that agrees, or the only one.</summary>
    public string Accept { get; init; } = "OK";

    /// <summary>The button that does not.</summary>
    public string Refuse { get; init; } = "Cancel";

    /// <summary>The button that only closes the dialog, which some programs for dialogs must have.</summary>
    public string Close { get; init; } = "Close";

    /// <summary>Whether it is a warning.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>How a dialog ended.</summary>
public enum DialogAnswer
{
    /// <summary>It could not be shown: no screen, no program for dialogs on this machine, or the session ended.</summary>
    NotShown,

    /// <summary>The button that agrees.</summary>
    Accepted,

    /// <summary>The button that does not.</summary>
    Refused,

    /// <summary>It was closed without a choice.</summary>
    Closed,
}
