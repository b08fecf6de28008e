using Ahenk.Lider.Protocol;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Hands the answers to registrations that come over the permanent session to who waits for one.</summary>
internal sealed class RegistrationAnswers
{
    private volatile TaskCompletionSource<RegistrationResponseMessage>? _waiting;

    /// <summary>Waits from now on for an answer; whoever waited before is not told any more.</summary>
    public Task<RegistrationResponseMessage> Expect()
    {
        var waiting = new TaskCompletionSource<RegistrationResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting = waiting;
        return waiting.Task;
    }

    /// <summary>An answer has come.</summary>
    /// <returns>Whether somebody waited for it.</returns>
    public bool Take(RegistrationResponseMessage answer) => Interlocked.Exchange(ref _waiting, null)?.TrySetResult(answer) == true;
}
