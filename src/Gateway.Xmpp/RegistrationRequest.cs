using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;

namespace Ahenk.Gateway.Xmpp;

/// <summary>
/// One REGISTER and its answer (LP 4): connects for just that, sends, waits, and closes the connection whatever comes.
/// </summary>
internal sealed class RegistrationRequest(IXmppClientFactory clients, GatewayOptions options, TimeProvider time)
{
    /// <summary>Sends the request.</summary>
    /// <param name="draft">The message.</param>
    /// <param name="cancellationToken">The agent ends.</param>
    public async Task<RegistrationAnswer> SendAsync(RegistrationDraft draft, CancellationToken cancellationToken)
    {
        XmppCredentials login = options.RegisterWithAccount
            ? new XmppCredentials.Password(draft.Identity.Name, draft.Identity.Password)
            : new XmppCredentials.Anonymous();
        var listener = new AnswerListener(options.Lider.Bare);
        await using var client = clients.Create(options.ToClientOptions(login, draft.Identity.Host, permanent: false), listener, journal: null);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(options.RegistrationTimeout, time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var session = client.RunAsync(stop.Token);
        var sent = false;
        try
        {
            while (!sent)
            {
                await client.WaitForSessionAsync(wait.Token);
                var message = new OutgoingMessage($"register-{Guid.NewGuid():N}", options.Lider, draft.Body);
                var outcome = (await client.SendAsync([message], wait.Token))[0];
                if (outcome == SendOutcome.TooLarge)
                {
                    return new RegistrationAnswer(null, $"Step 'send' failed: the request is larger than {options.MaxStanzaBytes} bytes; raise [CONNECTION] max_stanza_kib.");
                }

                sent = outcome == SendOutcome.Sent;
            }

            return new RegistrationAnswer(await listener.Answer.WaitAsync(wait.Token), null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new RegistrationAnswer(null, Explain(client.Status, sent));
        }
        finally
        {
            await stop.CancelAsync();
            await session.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string Explain(XmppStatus status, bool sent)
    {
        var server = options.Host.Length > 0 ? $"{options.Host}:{options.Port}" : options.ServiceName;
        var seconds = options.RegistrationTimeout.TotalSeconds;
        if (sent)
        {
            return $"Step 'wait for the answer' failed: {options.Lider} did not answer REGISTER within {seconds:0} s. Lider says nothing when " +
                "something fails on its side: look at its log, and check [CONNECTION] receiverjid and servicename.";
        }

        return status.LastFailure is { } failure
            ? $"Step '{failure.During.ToString().ToLowerInvariant()}' failed: {failure.Message}"
            : $"Step '{status.Phase.ToString().ToLowerInvariant()}' was not finished within {seconds:0} s: {server} answers too slowly or not at all.";
    }

    private sealed class AnswerListener(Jid lider) : IXmppHandler
    {
        private readonly TaskCompletionSource<RegistrationResponse> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RegistrationResponse> Answer => _answer.Task;

        public ValueTask OnSessionAsync(XmppSession session, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public Task OnMessageAsync(XmppMessage message, CancellationToken cancellationToken)
        {
            if (message.From.Bare == lider && message is { Type: "normal", Body: { } body } && LiderMessage.Parse(body) is RegistrationResponseMessage response)
            {
                _answer.TrySetResult(new RegistrationResponse(response, body));
            }

            return Task.CompletedTask;
        }
    }
}

/// <summary>Lider's answer and its text.</summary>
internal sealed record RegistrationResponse(RegistrationResponseMessage Message, string Body)
{
    /// <summary>Without the text, which may hold a directory's password.</summary>
    public override string ToString() => Message.ToString();
}

/// <summary>What became of a request.</summary>
/// <param name="Response">Lider's answer, or <see langword="null"/>.</param>
/// <param name="Problem">Which step failed, when there is no answer.</param>
internal sealed record RegistrationAnswer(RegistrationResponse? Response, string? Problem);
