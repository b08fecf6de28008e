using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Microsoft.Extensions.Logging;

namespace Ahenk.Gateway.Xmpp;

/// <summary>How a registration ended.</summary>
public enum RegistrationResult
{
    /// <summary>Lider knows the machine.</summary>
    Registered,

    /// <summary>No answer in time, or the server could not be reached.</summary>
    Unanswered,

    /// <summary>Every name that was tried was refused.</summary>
    Refused,

    /// <summary>Something on this machine failed: what is asked for, or what Lider said, could not be stored.</summary>
    Failed,
}

/// <summary>
/// Registers the machine (LP 4): asks for one name after the other until one is taken in. A name and its password stay the same
/// as long as they were not refused.
/// </summary>
internal sealed partial class Registration(
    IGrainFactory grains,
    RegistrationRequest request,
    GatewayOptions options,
    LogSecrets secrets,
    IAuditLog audit,
    ILogger<Registration> logger)
{
    /// <summary>Registers.</summary>
    /// <param name="credential">Who vouches for the machine.</param>
    /// <param name="host">The server given by hand, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">The agent ends.</param>
    public async Task<(RegistrationResult Result, string Message)> RunAsync(
        RegistrationCredential credential, string? host, CancellationToken cancellationToken)
    {
        secrets.RegisterPassing(credential.Password);
        var ended = await TryAsk(credential, host, cancellationToken);
        audit.Write(new AuditEntry(AuditSource.Agent, AuditAction.Registered)
        {
            User = credential.User,
            Code = ended.Result.ToString().ToLowerInvariant(),
            Result = ended.Message,
        });
        return ended;
    }

    private async Task<(RegistrationResult Result, string Message)> TryAsk(RegistrationCredential credential, string? host, CancellationToken cancellationToken)
    {
        try
        {
            return await Ask(credential, host, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whatever it is, whoever gave the order is answered, and the agent goes on: a full disk has room again some time.
            LogFailed(failure);
            return (RegistrationResult.Failed, $"The registration failed on this machine: {failure.Message} Run 'ahenk doctor', and put right what it finds.");
        }
    }

    private async Task<(RegistrationResult Result, string Message)> Ask(RegistrationCredential credential, string? host, CancellationToken cancellationToken)
    {
        var agent = grains.GetGrain<IAgentGrain>(0);
        var refusal = "";
        var attempts = 1;
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            var draft = await agent.PrepareRegistration(new RegistrationOrder
            {
                Attempt = attempt,
                User = credential.User,
                UserPassword = credential.Password,
                Host = host,
                AccountName = options.RegisterWithAccount ? options.AccountName : null,
                AccountPassword = options.RegisterWithAccount ? options.AccountPassword : null,
            });
            var identity = draft.Identity;
            attempts = options.RegisterWithAccount ? 1 : draft.MostAttempts;
            LogAsking(identity.Name, attempt + 1, attempts);
            var answer = await request.SendAsync(draft, cancellationToken);
            if (answer.Response is not { } response)
            {
                LogUnanswered(identity.Name, answer.Problem!);
                return (RegistrationResult.Unanswered, $"Registration of {identity.Name}: {answer.Problem}");
            }

            if (IsTakenIn(response.Message))
            {
                await agent.MarkRegistered(response.Body, response.Message.AgentDn);
                LogRegistered(identity.Name, response.Message.AgentDn);
                return (RegistrationResult.Registered, $"{identity.Name} is registered.");
            }

            refusal = $"{response.Message.StatusText} ({response.Message.Message})";
            LogRefused(identity.Name, refusal);
        }

        return (RegistrationResult.Refused,
            $"Registration was refused {attempts} times, the last time with {refusal}. Check that user '{credential.User}' may register " +
            "machines and that its password is right.");
    }

    /// <summary>
    /// ALREADY_EXISTS means two things: today's Lider says it of a name that another machine has; the old one, which does not send
    /// directoryServer, says it after it has updated the entry (LP 4.1, 4.2). With an account made beforehand it is the expected answer (LP 9).
    /// </summary>
    private bool IsTakenIn(RegistrationResponseMessage response) =>
        response.Status == RegistrationStatus.Registered ||
        (response.Status == RegistrationStatus.AlreadyExists && (options.RegisterWithAccount || response.DirectoryServer is null));

    [LoggerMessage(2201, LogLevel.Information, "[REGISTRATION] Asking Lider to register {Name} (attempt {Attempt} of at most {Attempts})")]
    private partial void LogAsking(string name, int attempt, int attempts);

    [LoggerMessage(2202, LogLevel.Information, "[REGISTRATION] {Name} is registered as {Dn}")]
    private partial void LogRegistered(string name, string? dn);

    [LoggerMessage(2203, LogLevel.Warning, "[REGISTRATION] {Name} was refused: {Refusal}")]
    private partial void LogRefused(string name, string refusal);

    [LoggerMessage(2204, LogLevel.Error, "[REGISTRATION] {Name} got no answer. {Problem}")]
    private partial void LogUnanswered(string name, string problem);

    [LoggerMessage(2205, LogLevel.Error, "[REGISTRATION] The registration failed on this machine")]
    private partial void LogFailed(Exception failure);
}
