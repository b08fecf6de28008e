using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

/// <summary>How a task stands (LP 3.4). The console shows only <see cref="Processed"/> as success.</summary>
public enum TaskStatusCode
{
    /// <summary>It arrived. Better not sent: the server does not keep the order of messages (LP 8.4).</summary>
    [JsonStringEnumMemberName("TASK_RECEIVED")]
    Received,

    /// <summary>It runs. Better not sent either.</summary>
    [JsonStringEnumMemberName("TASK_PROCESSING")]
    Processing,

    /// <summary>Done.</summary>
    [JsonStringEnumMemberName("TASK_PROCESSED")]
    Processed,

    /// <summary>Done, with something to look at.</summary>
    [JsonStringEnumMemberName("TASK_WARNING")]
    Warning,

    /// <summary>Not done.</summary>
    [JsonStringEnumMemberName("TASK_ERROR")]
    Error,

    /// <summary>Took too long. The console is not told of it (LP 3.4.6).</summary>
    [JsonStringEnumMemberName("TASK_TIMEOUT")]
    Timeout,

    /// <summary>Was ended by force.</summary>
    [JsonStringEnumMemberName("TASK_KILLED")]
    Killed,
}

/// <summary>How a profile of a policy stands (LP 3.6).</summary>
public enum PolicyStatusCode
{
    /// <summary>It arrived.</summary>
    [JsonStringEnumMemberName("POLICY_RECEIVED")]
    Received,

    /// <summary>Applied.</summary>
    [JsonStringEnumMemberName("POLICY_PROCESSED")]
    Processed,

    /// <summary>Applied, with something to look at.</summary>
    [JsonStringEnumMemberName("POLICY_WARNING")]
    Warning,

    /// <summary>Not applied.</summary>
    [JsonStringEnumMemberName("POLICY_ERROR")]
    Error,

    /// <summary>Took too long.</summary>
    [JsonStringEnumMemberName("POLICY_TIMEOUT")]
    Timeout,

    /// <summary>Was ended by force.</summary>
    [JsonStringEnumMemberName("POLICY_KILLED")]
    Killed,
}

/// <summary>
/// What <c>responseData</c> is (LP 3.4). All but <see cref="ApplicationJson"/> mean that it is <c>{"md5":"..."}</c> and that the file of
/// that
/// name was uploaded before.
/// </summary>
public enum ContentType
{
    /// <summary>The data itself.</summary>
    [JsonStringEnumMemberName("APPLICATION_JSON")]
    ApplicationJson,

    /// <summary>An uploaded PDF file.</summary>
    [JsonStringEnumMemberName("APPLICATION_PDF")]
    ApplicationPdf,

    /// <summary>An uploaded spreadsheet.</summary>
    [JsonStringEnumMemberName("APPLICATION_VND_MS_EXCEL")]
    ApplicationVndMsExcel,

    /// <summary>An uploaded Word file.</summary>
    [JsonStringEnumMemberName("APPLICATION_MS_WORD")]
    ApplicationMsWord,

    /// <summary>An uploaded text file.</summary>
    [JsonStringEnumMemberName("TEXT_PLAIN")]
    TextPlain,

    /// <summary>An uploaded HTML file.</summary>
    [JsonStringEnumMemberName("TEXT_HTML")]
    TextHtml,

    /// <summary>An uploaded PNG image.</summary>
    [JsonStringEnumMemberName("IMAGE_PNG")]
    ImagePng,

    /// <summary>An uploaded JPEG image.</summary>
    [JsonStringEnumMemberName("IMAGE_JPEG")]
    ImageJpeg,
}

/// <summary>The words of the wire.</summary>
public static class StatusCodeExtensions
{
    /// <summary>The code as it stands on the wire, for example <c>TASK_PROCESSED</c>.</summary>
    public static string ToWire(this TaskStatusCode code) => JsonSerializer.Serialize(code, OutboundJson.Wire.TaskStatusCode).Trim('"');

    /// <summary>The code as it stands on the wire, for example <c>POLICY_PROCESSED</c>.</summary>
    public static string ToWire(this PolicyStatusCode code) => JsonSerializer.Serialize(code, OutboundJson.Wire.PolicyStatusCode).Trim('"');
}

/// <summary>An answer: text for the administrator and data for the console.</summary>
public abstract record StatusMessage : AgentMessage
{
    /// <summary>
    /// The smallest limit that <c>FitTo</c> accepts, in bytes: an answer without data and with a few words of text fits it.
    /// </summary>
    public const int SmallestLimit = 1024;

    private protected StatusMessage(string type)
        : base(type)
    {
    }

    /// <summary>Text for the administrator.</summary>
    public string? ResponseMessage { get; init; }

    /// <summary>What the console shows; a JSON object or nothing (LP 3.1).</summary>
    [JsonConverter(typeof(WireMapConverter))]
    public JsonObject? ResponseData { get; init; }

    /// <summary>What <see cref="ResponseData"/> is. Default: JSON.</summary>
    public ContentType ContentType { get; init; } = ContentType.ApplicationJson;
}

/// <summary>
/// TASK_STATUS: the answer to a task (LP 3.4). Exactly these fields go out: the server drops the message for any other (LP 3.1).
/// </summary>
public sealed record TaskStatusMessage() : StatusMessage("TASK_STATUS")
{
    /// <summary>Lider's id of the task.</summary>
    [JsonPropertyOrder(-2)]
    public required long TaskId { get; init; }

    /// <summary>How the task stands.</summary>
    [JsonPropertyOrder(-1)]
    public required TaskStatusCode ResponseCode { get; init; }

    private protected override string Subject => string.Create(CultureInfo.InvariantCulture, $"{TaskId} {ResponseCode}");

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.TaskStatusMessage;

    /// <summary>
    /// The answer with as much of its texts as fits: the longest strings of <see cref="StatusMessage.ResponseData"/> are cut to one common
    /// length and bear a mark, then <see cref="StatusMessage.ResponseMessage"/>; data that cannot be made to fit, or cannot be written as
    /// JSON, is replaced by an object that says so. The code stays. Time is linear in the size of the answer (times the logarithm of the
    /// number of its strings).
    /// </summary>
    /// <param name="maxBodyBytes">
    /// What <see cref="WireSize.OfBody"/> of the result must not exceed; at least <see cref="StatusMessage.SmallestLimit"/>.
    /// </param>
    /// <param name="keepEnd">Whether the end of a string that is cut is kept, rather than the start.</param>
    /// <returns>This message when it fits, else a shorter one. <see cref="AgentMessage.ToBody"/> of either does not throw.</returns>
    public TaskStatusMessage FitTo(int maxBodyBytes, bool keepEnd) => (TaskStatusMessage)StatusFitting.Fit(this, maxBodyBytes, keepEnd);
}

/// <summary>POLICY_STATUS: how one profile of a policy was applied (LP 3.6).</summary>
public sealed record PolicyStatusMessage() : StatusMessage("POLICY_STATUS")
{
    /// <summary>The policy's version, which servers do not use.</summary>
    [JsonPropertyOrder(-3)]
    public string? PolicyVersion { get; init; }

    /// <summary>The <see cref="PolicyPart.CommandExecutionId"/> it answers.</summary>
    [JsonPropertyOrder(-2)]
    public required long CommandExecutionId { get; init; }

    /// <summary>How the profile stands.</summary>
    [JsonPropertyOrder(-1)]
    public required PolicyStatusCode ResponseCode { get; init; }

    private protected override string Subject => string.Create(CultureInfo.InvariantCulture, $"{CommandExecutionId} {ResponseCode}");

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.PolicyStatusMessage;

    /// <summary>As <see cref="TaskStatusMessage.FitTo"/>.</summary>
    /// <param name="maxBodyBytes">
    /// What <see cref="WireSize.OfBody"/> of the result must not exceed; at least <see cref="StatusMessage.SmallestLimit"/>.
    /// </param>
    /// <param name="keepEnd">Whether the end of a string that is cut is kept, rather than the start.</param>
    /// <returns>This message when it fits, else a shorter one.</returns>
    public PolicyStatusMessage FitTo(int maxBodyBytes, bool keepEnd) => (PolicyStatusMessage)StatusFitting.Fit(this, maxBodyBytes, keepEnd);
}
