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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

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

            // An addressee that does not know pings says the same as a server whose addressee is away (RFC 6121 8.5.3.2.3).
            IqOutcome.Error when report.LiderHeardAt is not null => Finding.Ok($"{heard} A ping was answered with {answer.ErrorCondition}."),
            IqOutcome.NotConnected => Finding.Skipped($"The session was lost meanwhile. {heard}"),
            _ => Finding.Warning(
                $"{gateway.Lider} does not answer ({answer.ErrorCondition ?? "no answer in time"}). {heard}",
                "Look whether Lider's server program runs and is logged in under this name ([CONNECTION] receiverjid, receiverresource). Answers wait in the outbox until then."),
        };
    }
}
