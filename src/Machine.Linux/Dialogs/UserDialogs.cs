using Ahenk.Plugins.Sdk;

namespace Ahenk.Machine.Linux.Dialogs;

/// <inheritdoc cref="IUserDialogs"/>
public sealed class UserDialogs : IUserDialogs
{
    /// <inheritdoc/>
    public Task<DialogAnswer> ShowAsync(UserSession session, DialogText text, CancellationToken cancellationToken) => Task.FromResult(DialogAnswer.NotShown);

    /// <inheritdoc/>
    public Task<DialogAnswer> AskAsync(UserSession session, DialogText text, CancellationToken cancellationToken) => Task.FromResult(DialogAnswer.NotShown);

    /// <inheritdoc/>
    public Task<bool> NotifyAsync(UserSession session, string text, CancellationToken cancellationToken) => Task.FromResult(false);
}
