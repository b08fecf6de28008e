using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Agreement;

/// <inheritdoc cref="IAgreementPrompt"/>
public sealed partial class AgreementPrompt(IMachine machine, PeopleOptions options, TimeProvider time, ILogger<AgreementPrompt> logger) : IAgreementPrompt
{
    /// <inheritdoc/>
    public async Task<AgreementReply> AskAsync(string user, AgreementQuestion question, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.AgreementTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        await using var asking = new Asking(machine, options, time, question, either.Token);
        LogAsks(user, question.Md5, options.AgreementTimeout.TotalSeconds);
        var reply = await asking.RunAsync(user);
        cancellationToken.ThrowIfCancellationRequested();
        LogReply(user, reply);
        return reply;
    }

    [LoggerMessage(1751, LogLevel.Information, "[AGREEMENT] '{User}' is asked to accept the user agreement ({Md5}) within {Seconds} s")]
    private partial void LogAsks(string user, string md5, double seconds);

    [LoggerMessage(1752, LogLevel.Information, "[AGREEMENT] Asking '{User}' ended: {Reply}")]
    private partial void LogReply(string user, AgreementReply reply);
}
