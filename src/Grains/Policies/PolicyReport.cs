using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Grains.Policies;

/// <summary>Composes POLICY_STATUS messages that fit one stanza (LP 3.6).</summary>
public sealed partial class PolicyReport(TaskOptions options, TimeProvider time, ILogger<PolicyReport> logger)
{
    /// <summary>Composes the answer of one profile.</summary>
    /// <param name="policyVersion">The policy's version, to the letter.</param>
    /// <param name="commandExecutionId">The policy's execution id. A policy without one cannot be reported on: the server drops such answers.</param>
    /// <param name="outcome">How the profile ended.</param>
    /// <returns>
    /// What goes into the outbox, due at once: Lider has known the execution since the policy was assigned. A file that is a result is only named
    /// by its sum, for the server fetches none for policies.
    /// </returns>
    public OutboxDraft Compose(string? policyVersion, long commandExecutionId, TaskOutcome outcome)
    {
        var data = OutcomeData.Read(outcome.Data, out var unreadable);
        if (unreadable is not null)
        {
            LogData(unreadable, commandExecutionId);
        }

        var message = new PolicyStatusMessage
        {
            PolicyVersion = policyVersion,
            CommandExecutionId = commandExecutionId,
            ResponseCode = ToWire(outcome.Code),
            ResponseMessage = outcome.Message,
            ResponseData = data,
            Timestamp = time.GetLocalNow(),
        };
        var fitting = message.FitTo(options.MaxStanzaBytes - TaskAnswers.StanzaOverhead, outcome.KeepEnd);
        if (!ReferenceEquals(fitting, message))
        {
            LogCut(commandExecutionId, options.MaxStanzaBytes);
        }

        return new OutboxDraft(fitting.ToBody(), time.GetUtcNow());
    }

    // There is no word for work that goes on: the nearest is that the profile has arrived.
    private static PolicyStatusCode ToWire(PluginCode code) => code switch
    {
        PluginCode.Processed => PolicyStatusCode.Processed,
        PluginCode.Warning => PolicyStatusCode.Warning,
        PluginCode.Timeout => PolicyStatusCode.Timeout,
        PluginCode.Killed => PolicyStatusCode.Killed,
        PluginCode.Processing => PolicyStatusCode.Received,
        _ => PolicyStatusCode.Error,
    };

    [LoggerMessage(1601, LogLevel.Warning, "[POLICY] The answer of execution {ExecutionId} was cut to fit a stanza of {Bytes} bytes")]
    private partial void LogCut(long executionId, int bytes);

    [LoggerMessage(1602, LogLevel.Error, "[POLICY] The data of execution {ExecutionId} cannot be read")]
    private partial void LogData(Exception failure, long executionId);
}
