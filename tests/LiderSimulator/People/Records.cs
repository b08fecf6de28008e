using System.Text.Json;

namespace Ahenk.LiderSimulator.People;

/// <summary>A row of <c>c_agent_user_session</c> (LP 3.5).</summary>
/// <param name="Agent">The local part of the stanza's sender.</param>
/// <param name="User">The user.</param>
/// <param name="IsLogin">LOGIN; otherwise LOGOUT.</param>
/// <param name="Body">The message.</param>
/// <param name="ReceivedAt">When it arrived.</param>
public sealed record SessionRow(string Agent, string User, bool IsLogin, string Body, DateTimeOffset ReceivedAt)
{
    /// <summary>Who and which.</summary>
    public override string ToString() => $"{(IsLogin ? "LOGIN" : "LOGOUT")} {User}";
}

/// <summary>A GET_POLICIES (LP 3.3).</summary>
/// <param name="Agent">The local part of the stanza's sender.</param>
/// <param name="User">The user, or <see langword="null"/>.</param>
/// <param name="Listed">The policies that the agent says it has: id, version and assignDate.</param>
/// <param name="UserVersion">The version that an agent of the old server says it has for the user.</param>
/// <param name="MachineVersion">The version that an agent of the old server says it has for the machine.</param>
/// <param name="ReceivedAt">When it arrived.</param>
public sealed record PolicyRequest(
    string Agent,
    string? User,
    IReadOnlyDictionary<long, (string Version, string AssignDate)> Listed,
    string? UserVersion,
    string? MachineVersion,
    DateTimeOffset ReceivedAt);

/// <summary>A POLICY_STATUS that the server would have stored (LP 3.6).</summary>
/// <param name="ExecutionId">The execution it answers.</param>
/// <param name="Agent">The local part of the stanza's sender.</param>
/// <param name="Version">The policy's version that was applied.</param>
/// <param name="Code">For example <c>POLICY_PROCESSED</c>.</param>
/// <param name="Message">The text for the operator.</param>
/// <param name="Data">The <c>responseData</c>, or <see langword="null"/>.</param>
/// <param name="ReceivedAt">When it arrived.</param>
public sealed record PolicyAnswer(
    long ExecutionId, string Agent, string? Version, string Code, string? Message, JsonElement? Data, DateTimeOffset ReceivedAt);

/// <summary>A REQUEST_AGREEMENT (LP 3.7).</summary>
/// <param name="Agent">The local part of the stanza's sender.</param>
public sealed record AgreementRequest(string Agent);

/// <summary>An AGREEMENT_STATUS (LP 3.7).</summary>
/// <param name="Agent">The local part of the stanza's sender.</param>
/// <param name="User">The user.</param>
/// <param name="Md5">The sum of the text that was shown.</param>
/// <param name="IsAccepted">What the user said to it.</param>
public sealed record AgreementAnswer(string Agent, string User, string Md5, bool IsAccepted);
