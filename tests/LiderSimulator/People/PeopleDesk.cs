using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ahenk.LiderSimulator.Wire;

namespace Ahenk.LiderSimulator.People;

/// <summary>What the server knows of users: who logged in and out, their policies, and what they said to the agreement (LP 3.3, 3.5 to 3.7, 5, 7).</summary>
public sealed partial class PeopleDesk
{
    private readonly LiderServerOptions _options;
    private readonly AgentDirectory _agents;

    internal PeopleDesk(LiderServerOptions options, AgentDirectory agents)
    {
        _options = options;
        _agents = agents;
        Policies = new PolicyTables(options.TimeProvider);
        PolicyGate = new AnswerGate(options.TimeProvider);
        AgreementGate = new AnswerGate(options.TimeProvider);
        Sessions = new Journal<SessionRow>("session rows", options.TimeProvider);
        PolicyRequests = new Journal<PolicyRequest>("GET_POLICIES", options.TimeProvider);
        PolicyAnswers = new Journal<PolicyAnswer>("POLICY_STATUS", options.TimeProvider);
        AgreementRequests = new Journal<AgreementRequest>("REQUEST_AGREEMENT", options.TimeProvider);
        AgreementAnswers = new Journal<AgreementAnswer>("AGREEMENT_STATUS", options.TimeProvider);
        Agreement = options.Agreement;
    }

    /// <summary>Policies and who has them.</summary>
    public PolicyTables Policies { get; }

    /// <summary>When GET_POLICIES is answered.</summary>
    public AnswerGate PolicyGate { get; }

    /// <summary>When REQUEST_AGREEMENT is answered.</summary>
    public AnswerGate AgreementGate { get; }

    /// <summary>LOGIN and LOGOUT that the server has stored. One that fails has no row and is among the violations.</summary>
    public Journal<SessionRow> Sessions { get; }

    /// <summary>GET_POLICIES, answered or not.</summary>
    public Journal<PolicyRequest> PolicyRequests { get; }

    /// <summary>POLICY_STATUS of executions that the server knows; others are among the violations.</summary>
    public Journal<PolicyAnswer> PolicyAnswers { get; }

    /// <summary>REQUEST_AGREEMENT, answered or not; none with today's server.</summary>
    public Journal<AgreementRequest> AgreementRequests { get; }

    /// <summary>AGREEMENT_STATUS; none with today's server.</summary>
    public Journal<AgreementAnswer> AgreementAnswers { get; }

    /// <summary>Where the text of the agreement lies, as in <see cref="LiderServerOptions.Agreement"/>; can be changed at any time.</summary>
    public JsonObject? Agreement { get; set; }

    /// <summary>Takes in LOGIN or LOGOUT.</summary>
    internal Outcome OnSession(string agent, string? stanzaId, InboundMessage message, string body)
    {
        var isLogin = message.Type == "LOGIN";
        if (isLogin && Failure(_agents.Find(agent)!, message) is { } failure)
        {
            return Outcome.Blamed(new Finding(failure, IsDropped: true));
        }

        if (message.Text("username") is not { } user)
        {
            // The inventory is brought up to date, and that is all (LP 3.5).
            return Outcome.Nothing;
        }

        Sessions.Add(new SessionRow(agent, user, isLogin, body, _options.TimeProvider.GetUtcNow()), agent, stanzaId);

        // The old server looks for a sudo role at LOGOUT as well (LP 2.7).
        var isAnswered = (isLogin || _options.Edition == LiderEdition.Old) && _options.SudoUsers.Contains(user);
        return isAnswered ? Outcome.Answered(_ => Task.FromResult<string?>(LiderMessages.LoginResponse(user, _options.TimeProvider.GetUtcNow()))) : Outcome.Nothing;
    }

    /// <summary>Takes in GET_POLICIES.</summary>
    internal Outcome OnGetPolicies(string agent, string? stanzaId, InboundMessage message)
    {
        var request = new PolicyRequest(
            agent, message.Text("username"), Listed(message), message.Text("userPolicyVersion"), message.Text("agentPolicyVersion"), _options.TimeProvider.GetUtcNow());
        PolicyRequests.Add(request, agent, stanzaId);
        return Outcome.Answered(PolicyGate, () => Answer(request));
    }

    /// <summary>Takes in POLICY_STATUS.</summary>
    internal Outcome OnPolicyStatus(string agent, string? stanzaId, InboundMessage message)
    {
        var executionId = long.Parse(message.Text("commandExecutionId")!.Trim(), CultureInfo.InvariantCulture);
        var version = message.Text("policyVersion");
        var fault = Policies.Examine(executionId, version);
        if (fault is not { IsDropped: true })
        {
            var data = message.Fields.TryGetValue("responseData", out var map) && map.ValueKind == JsonValueKind.Object ? map : (JsonElement?)null;
            PolicyAnswers.Add(
                new PolicyAnswer(executionId, agent, version, message.Text("responseCode")!, message.Text("responseMessage"), data, _options.TimeProvider.GetUtcNow()),
                agent,
                stanzaId);
        }

        return fault is { } found ? Outcome.Blamed(new Finding(found.Reason, found.IsDropped)) : Outcome.Nothing;
    }

    /// <summary>Takes in REQUEST_AGREEMENT or AGREEMENT_STATUS where there is an agreement; <see langword="null"/>: the server does not listen.</summary>
    internal Outcome? OnAgreement(string agent, string? stanzaId, InboundMessage message)
    {
        if (Agreement is not { } source)
        {
            return null;
        }

        if (message.Type == "REQUEST_AGREEMENT")
        {
            AgreementRequests.Add(new AgreementRequest(agent), agent, stanzaId);
            return Outcome.Answered(AgreementGate, () => LiderMessages.ResponseAgreement(source, _options.TimeProvider.GetUtcNow()));
        }

        if (message.Text("username") is not { Length: > 0 } user || message.Text("md5") is not { } md5 || !Md5().IsMatch(md5) ||
            !message.Fields.TryGetValue("accepted", out var accepted) || accepted.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return Outcome.Blamed(new Finding("AGREEMENT_STATUS needs username, md5 in lower-case hex and a boolean accepted (LP 3.7)", IsDropped: true));
        }

        AgreementAnswers.Add(new AgreementAnswer(agent, user, md5, accepted.GetBoolean()), agent, stanzaId);
        return Outcome.Nothing;
    }

    private string Answer(PolicyRequest request) => _options.Edition == LiderEdition.Old
        ? PolicyReplies.Old(request, Policies.Of(request.User), Policies.OfMachine(request.Agent), _options.TimeProvider.GetUtcNow())
        : PolicyMessages.List(request.User, PolicyReplies.Current(request, Policies.Of(request.User), _options.ServerOffset));

    private static Dictionary<long, (string Version, string AssignDate)> Listed(InboundMessage message) =>
        message.Fields.TryGetValue("policyList", out var list) && list.ValueKind == JsonValueKind.Object
            ? list.EnumerateObject().ToDictionary(
                entry => long.Parse(entry.Name, CultureInfo.InvariantCulture), entry => (entry.Value[0].ToString(), entry.Value[1].GetString()!))
            : [];

    /// <summary>Why a LOGIN breaks on what REGISTER has stored; <see langword="null"/>: it does not (LP 3.5).</summary>
    private static string? Failure(AgentRecord agent, InboundMessage login)
    {
        foreach (var (property, field) in ((string, string)[])[
            ("hardware.disk.ssd.info", "hardwareDiskSsdInfo"), ("hardware.disk.hdd.info", "hardwareDiskHddInfo")])
        {
            if (agent.Properties.Contains(property) && login.Text(field) is null)
            {
                return $"{field} is null although {property} is stored: the LOGIN fails (LP 3.5)";
            }
        }

        return agent.UnreadableProperties.Order().FirstOrDefault() is { } unreadable
            ? $"{unreadable} was registered as no Java int: the LOGIN fails (LP 3.5)"
            : null;
    }

    [GeneratedRegex(@"\A[0-9a-f]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Md5();

    /// <summary>What comes of a message.</summary>
    /// <param name="Fault">What is wrong with it.</param>
    /// <param name="Reply">Composes the answer when its time has come; null as a result: none after all.</param>
    internal sealed record Outcome(Finding? Fault, Func<CancellationToken, Task<string?>>? Reply)
    {
        public static Outcome Nothing { get; } = new(null, null);

        public static Outcome Blamed(Finding fault) => new(fault, null);

        public static Outcome Answered(Func<CancellationToken, Task<string?>> reply) => new(null, reply);

        /// <summary>Its turn is taken now, what it says is how things stand when it is sent.</summary>
        public static Outcome Answered(AnswerGate gate, Func<string> compose)
        {
            var pass = gate.Enter();
            return new Outcome(null, async cancellationToken => await pass(cancellationToken) ? compose() : null);
        }
    }
}
