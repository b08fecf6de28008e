using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.People;

/// <summary>One question to one user: in the user's sessions and on the command line at the same time; whichever is answered first counts.</summary>
internal sealed class AgreementTalk(AgreementQuestion question, int visit) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<AgreementReply> _typed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is asked.</summary>
    public AgreementQuestion Question { get; } = question;

    /// <summary>The login for which it is asked; another one is asked anew.</summary>
    public int Visit { get; } = visit;

    /// <summary>What came of it, once it is known.</summary>
    public AgreementReply? Reply { get; private set; }

    /// <summary>Asks, away from the grain's scheduler.</summary>
    /// <returns><see langword="null"/>: the question was withdrawn.</returns>
    public async Task<AgreementReply?> AskAsync(IAgreementPrompt prompt, string user, CancellationToken stopping)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, stopping);
        var shown = Task.Run(() => prompt.AskAsync(user, Question, linked.Token), CancellationToken.None);
        if (await Task.WhenAny(shown, _typed.Task) == _typed.Task)
        {
            // The dialogs are taken away; whatever they still say comes too late.
            await linked.CancelAsync();
            await ((Task)shown).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            return Reply = await _typed.Task;
        }

        try
        {
            var reply = await shown;
            return linked.IsCancellationRequested ? null : Reply = reply;
        }
        catch (OperationCanceledException) when (linked.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The user has answered on the command line.</summary>
    /// <returns>Whether that answer counts.</returns>
    public bool Answer(bool accepted) =>
        Reply is null && !_ending.IsCancellationRequested && _typed.TrySetResult(accepted ? AgreementReply.Accepted : AgreementReply.Refused);

    /// <summary>The user has gone: nobody is asked any more.</summary>
    public void Withdraw() => _ending.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _ending.Dispose();
}
