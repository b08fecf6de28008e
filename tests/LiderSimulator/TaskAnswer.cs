using System.Text.Json;

namespace Ahenk.LiderSimulator;

/// <summary>A TASK_STATUS that the server would have stored (LP 3.4).</summary>
/// <param name="TaskId">Which task it answers.</param>
/// <param name="Agent">The local part of the stanza's sender.</param>
/// <param name="StanzaId">The id of the message stanza, or <see langword="null"/>.</param>
/// <param name="Code">For example <c>TASK_PROCESSED</c>.</param>
/// <param name="Message">The text for the operator.</param>
/// <param name="Data">The <c>responseData</c>, or <see langword="null"/>.</param>
/// <param name="ReceivedAt">When it arrived.</param>
public sealed record TaskAnswer(
    long TaskId, string Agent, string? StanzaId, string Code, string? Message, JsonElement? Data, DateTimeOffset ReceivedAt)
{
    /// <summary>Whether it is the last word on a run: everything but RECEIVED and PROCESSING.</summary>
    public bool IsFinal => Code is not ("TASK_RECEIVED" or "TASK_PROCESSING");
}

/// <summary>A TASK_STATUS or another message that the server would have ignored silently (LP 8.6).</summary>
/// <param name="Agent">The local part of the stanza's sender.</param>
/// <param name="Type">The type of the message.</param>
/// <param name="Reason">Why.</param>
/// <param name="Body">The message.</param>
public sealed record IgnoredMessage(string Agent, string Type, string Reason, string Body);

/// <summary>A breach of the wire contract.</summary>
/// <param name="From">The stanza's sender, a full JID.</param>
/// <param name="StanzaId">The id of the stanza, or <see langword="null"/>.</param>
/// <param name="Body">What was sent; may hold passwords.</param>
/// <param name="Reason">What is wrong with it, with the section of LP.</param>
/// <param name="IsDropped">The real server would have dropped the message.</param>
public sealed record Violation(string From, string? StanzaId, string? Body, string Reason, bool IsDropped);
