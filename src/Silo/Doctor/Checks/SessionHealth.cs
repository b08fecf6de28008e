using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the agent has its session. It is asked for, and not tried: a second login would end the first (LP 1.6).</summary>
internal sealed class LoginHealth(Patient patient) : NeedsDaemon(patient)
{
    public override int Number => 9;

    public override string Name => "XMPP login";

    public override bool IsForEverybody => true;

    protected override async Task<Finding> CheckAsync(DaemonKnowledge daemon, CancellationToken cancellationToken)
    {
        var report = await daemon.Report();
        return report.ConnectedSince is { } since && report.Connection == "online"
            ? Finding.Ok($"The session stands since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({report.ConnectionDetail}).")
            : report.Registration == RegistrationState.Unregistered
                ? Finding.Broken($"There is no session: {report.Connection}.", "Register the machine first (check 3).")
            : Finding.Broken(
                $"There is no session: {report.Connection}.{(report.LastError is { } error ? $" The last error was: {error}" : "")}",
                report.NextAttemptAt is { } next
                    ? $"Look at the checks before this one. The agent tries again by itself at {next.UtcDateTime:HH:mm:ss} UTC."
                    : "Look at the checks before this one, and call again in a minute.");
    }
}

/// <summary>Whether Lider itself is there, and not only the server.</summary>
internal sealed class LiderHealth(Patient patient, GatewayOptions? gateway) : NeedsDaemon(patient)
{
    /// <summary>What an addressee answers that is there and does not know pings; a server never says it of one that is away.</summary>
    private const string NotKnownThere = "feature-not-implemented";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Lider answers pings (its library does it by itself), so an idle machine does not depend on this: it is for one that answers them with an error all the same.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(5);

    public override int Number => 10;

    public override string Name => "Lider";

    public override bool IsForEverybody => true;

    protected override async Task<Finding> CheckAsync(DaemonKnowledge daemon, CancellationToken cancellationToken)
    {
        var report = await daemon.Report();
        var heard = report.LiderHeardAt is { } at
            ? $"Lider was last heard at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" +
                (report.LiderConfirmedAt is { } confirmed ? $", and last confirmed a message at {confirmed.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC." : ".")
            : "Lider has not been heard since the agent started.";
        if (report.Connection != "online" || gateway is null)
        {
            return Finding.Skipped($"There is no session (check 9). {heard}");
        }

        var answer = await daemon.Session.AskAsync(gateway.Lider, "<ping xmlns='urn:xmpp:ping'/>", Patience, cancellationToken);
        return answer.Outcome switch
        {
            IqOutcome.Result => Finding.Ok($"{gateway.Lider} answered a ping. {heard}"),
            IqOutcome.Error when answer.ErrorCondition == NotKnownThere => Finding.Ok($"{gateway.Lider} is logged in, but does not know pings. {heard}"),

            // An addressee that does not know pings may also say the same as a server whose addressee is away (RFC 6120 8.4, RFC 6121 8.5.3.2.3), and one that is
            // logged in with another resource gets messages, but no pings. What else it did tells more, as long as that is fresh.
            IqOutcome.Error when IsAtWork(report) => Finding.Ok($"{heard} A ping was answered with {answer.ErrorCondition}."),
            IqOutcome.NotConnected => Finding.Skipped($"The session was lost meanwhile. {heard}"),
            _ => Finding.Warning(
                $"{gateway.Lider} does not answer ({answer.ErrorCondition ?? "no answer in time"}). {heard}",
                "Look whether Lider's server program runs and is logged in under this name ([CONNECTION] receiverjid, receiverresource). Answers wait in the outbox until then."),
        };
    }

    /// <summary>Whether Lider was heard lately, and no message has waited for its receipt longer than that.</summary>
    private bool IsAtWork(AgentReport report) => IsFresh(report.LiderHeardAt) && (report.Outbox.Unconfirmed == 0 || IsFresh(report.LiderConfirmedAt));

    private bool IsFresh(DateTimeOffset? at) => at is { } time && Patient.Time.GetUtcNow() - time <= Lately;
}
