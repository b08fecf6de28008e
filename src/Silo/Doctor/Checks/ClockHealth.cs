using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Silo.Doctor.Checks;

/// <summary>Whether the clock agrees with the XMPP server's (XEP-0202).</summary>
internal sealed class ClockHealth(Patient patient, GatewayOptions? gateway) : NeedsDaemon(patient)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Bearable = TimeSpan.FromHours(1);

    public override int Number => 11;

    public override string Name => "clock";

    public override bool IsForEverybody => true;

    protected override async Task<Finding> CheckAsync(DaemonKnowledge daemon, CancellationToken cancellationToken)
    {
        if (gateway is null || (await daemon.Report()).Connection != "online")
        {
            return Finding.Skipped("There is no session (check 9), and so nobody to compare the clock with.");
        }

        var asked = Patient.Time.GetTimestamp();
        var answer = await daemon.Session.AskAsync(Jid.Parse(gateway.ServiceName), "<time xmlns='urn:xmpp:time'/>", Patience, cancellationToken);
        if (answer is not { Outcome: IqOutcome.Result, Payload: { } payload } || Read(payload) is not { } theirs)
        {
            return Finding.Skipped($"The XMPP server does not tell its time ({answer.ErrorCondition ?? answer.Outcome.ToString()}).");
        }

        // The answer was written somewhere between question and now.
        var skew = Patient.Time.GetUtcNow() - (Patient.Time.GetElapsedTime(asked) / 2) - theirs;
        var found = $"This machine's clock is {Math.Abs(skew.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s {(skew < TimeSpan.Zero ? "behind" : "ahead of")} the XMPP server's.";
        const string Advice = "Set the clock, and have it kept (timedatectl set-ntp true). Schedules and the expiry of policies go by it, and certificates are refused when it is far off.";
        return skew.Duration() <= Tolerated ? Finding.Ok(found) : skew.Duration() <= Bearable ? Finding.Warning(found, Advice) : Finding.Broken(found, Advice);
    }

    private static DateTimeOffset? Read(string payload)
    {
        try
        {
            var utc = XElement.Parse(payload).Elements().FirstOrDefault(element => element.Name.LocalName == "utc")?.Value;
            return DateTimeOffset.TryParse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
