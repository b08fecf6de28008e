using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests.Rig;

/// <summary>Values that tests begin with.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly Jid Lider = Jid.Parse("lider_sunucu@im.example/Smack");

    public static GatewayOptions Options => new() { ServiceName = "im.example", Lider = Lider, AgentVersion = "3.0.0", RegistrationTimeout = TimeSpan.FromSeconds(30) };

    public static FakeTimeProvider Clock() => new(Now);

    public static XmppMessage Message(string? body, string from = "lider_sunucu@im.example/other", string type = "normal", long sequence = 1) =>
        new() { From = Jid.Parse(from), Type = type, Body = body, StreamId = "stream", Sequence = sequence };

    public static string ExecuteTask(long id, string cron = "null") =>
        $$$"""{"type":"EXECUTE_TASK","task":"{\"id\":{{{id}}},\"plugin\":{\"name\":\"Probe\"},\"commandClsId\":\"RUN\",\"parameterMap\":{\"a\":1},\"cronExpression\":{{{cron}}}}"}""";

    public static string RegistrationResponse(string status, bool today = true) =>
        $$"""{"type":"REGISTRATION_RESPONSE","status":"{{status}}","message":"said so","agentDn":"cn=pc"{{(today ? ",\"directoryServer\":\"LDAP\"" : "")}}}""";

    /// <summary>Moves the clock on until something has happened that a timer brings about.</summary>
    public static async Task AdvanceUntil(this FakeTimeProvider clock, Task happened, TimeSpan step)
    {
        while (!happened.IsCompleted)
        {
            clock.Advance(step);

            // A timer that is not set yet when the clock moves is met by the next step.
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken));
        }

        await happened;
    }
}
