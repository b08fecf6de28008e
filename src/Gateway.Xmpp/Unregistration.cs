using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>How an attempt to leave Lider ended.</summary>
internal enum UnregistrationResult
{
    /// <summary>Lider does not know the machine any more.</summary>
    Unregistered,

    /// <summary>Lider said no.</summary>
    Refused,

    /// <summary>No answer in time, or there is no session over which to ask.</summary>
    Unanswered,
}

/// <summary>
/// Asks Lider to remove this machine (LP 4.3), over the agent's own session. The request goes past the outbox: it holds an administrator's password, which is not stored.
/// </summary>
internal sealed partial class Unregistration(
    IGrainFactory grains, LiderInbox inbox, GatewayOptions options, LogSecrets secrets, IAuditLog audit, TimeProvider time, ILogger<Unregistration> logger)
{
    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="client">The agent's session.</param>
    /// <param name="credential">Who asks for it.</param>
    /// <param name="cancellationToken">The agent, or its session, ends.</param>
    public async Task<(UnregistrationResult Result, string Message)> RunAsync(
        IXmppClient client, RegistrationCredential credential, CancellationToken cancellationToken)
    {
        secrets.RegisterPassing(credential.Password);
        var ended = await Ask(client, credential, cancellationToken);
        audit.Write(new AuditEntry(AuditSource.Agent, AuditAction.Unregistered)
        {
            User = credential.User,
            Code = ended.Result.ToString().ToLowerInvariant(),
            Result = ended.Message,
        });
        return ended;
    }

    private async Task<(UnregistrationResult Result, string Message)> Ask(IXmppClient client, RegistrationCredential credential, CancellationToken cancellationToken)
    {
        var agent = grains.GetGrain<IAgentGrain>(0);
        var name = (await agent.GetIdentity()).Name;
        LogAsking(name, credential.User);
        using var limit = new CancellationTokenSource(options.RegistrationTimeout, time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var isSent = false;
        try
        {
            var body = await agent.PrepareUnregistration(credential.User, credential.Password);
            var answer = inbox.RegistrationAnswers.Expect();
            while (!isSent)
            {
                await client.WaitForSessionAsync(wait.Token);
                var outcomes = await client.SendAsync([new OutgoingMessage($"unregister-{Guid.NewGuid():N}", options.Lider, body)], wait.Token);
                if (outcomes[0] == SendOutcome.TooLarge)
                {
                    return (UnregistrationResult.Unanswered, $"The request is larger than {options.MaxStanzaBytes} bytes, so it was not sent: give the right name and password.");
                }

                isSent = outcomes[0] == SendOutcome.Sent;
            }

            return Read(await answer.WaitAsync(wait.Token), name, credential.User);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var problem = Explain(isSent, name);
            LogUnanswered(name, problem);
            return (UnregistrationResult.Unanswered, problem);
        }
    }

    private (UnregistrationResult Result, string Message) Read(RegistrationResponseMessage answer, string name, string user)
    {
        if (answer.Status == RegistrationStatus.Unregistered)
        {
            LogUnregistered(name);
            return (UnregistrationResult.Unregistered, $"{name} is not registered any more. 'ahenk register' registers this machine again.");
        }

        var refusal = $"{answer.StatusText} ({answer.Message})";
        LogRefused(name, refusal);
        return (UnregistrationResult.Refused,
            $"Lider refused to unregister {name}: {refusal}. Check that user '{user}' may register machines and that its password is right. This machine is still registered.");
    }

    private string Explain(bool isSent, string name) => isSent
        ? $"{options.Lider} did not answer UNREGISTER of {name} within {options.RegistrationTimeout.TotalSeconds:0} s. This machine keeps its identity; try again. If Lider has removed it " +
            "all the same, it cannot log in any more: then stop the daemon and run 'ahenk clean'."
        : $"There was no session with Lider within {options.RegistrationTimeout.TotalSeconds:0} s over which {name} could be unregistered; look at 'ahenk status'. To forget the identity " +
            "without Lider, stop the daemon and run 'ahenk clean', and remove the machine in Lider.";

    [LoggerMessage(3940, LogLevel.Information, "[REGISTRATION] Asking Lider to remove {Name}, for {User}")]
    private partial void LogAsking(string name, string user);

    [LoggerMessage(3941, LogLevel.Warning, "[REGISTRATION] Lider has removed {Name}: this machine is not registered any more")]
    private partial void LogUnregistered(string name);

    [LoggerMessage(3942, LogLevel.Warning, "[REGISTRATION] Lider refused to remove {Name}: {Refusal}")]
    private partial void LogRefused(string name, string refusal);

    [LoggerMessage(3943, LogLevel.Error, "[REGISTRATION] {Name} was not removed: {Problem}")]
    private partial void LogUnanswered(string name, string problem);
}
