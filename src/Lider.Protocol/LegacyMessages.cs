using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

// Only the old server listens to these; today's ignores them (LP 3.7, 7).

/// <summary>MISSING_PLUGIN: a task or policy needs a plugin that is not here (LP 3.7).</summary>
public sealed record MissingPluginMessage() : AgentMessage("MISSING_PLUGIN")
{
    /// <summary>The plugin.</summary>
    public required string PluginName { get; init; }

    /// <summary>Its version.</summary>
    public required string PluginVersion { get; init; }

    private protected override string Subject => InboundParser.Quote(PluginName);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.MissingPluginMessage;
}

/// <summary>REQUEST_AGREEMENT: asks where the user agreement lies (LP 3.7).</summary>
public sealed record RequestAgreementMessage() : AgentMessage("REQUEST_AGREEMENT")
{
    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.RequestAgreementMessage;
}

/// <summary>AGREEMENT_STATUS: what a user said to the agreement (LP 3.7).</summary>
public sealed record AgreementStatusMessage() : AgentMessage("AGREEMENT_STATUS")
{
    /// <summary>The user.</summary>
    public required string Username { get; init; }

    /// <summary>The MD5 sum of the text, as lower-case hex.</summary>
    public required string Md5 { get; init; }

    /// <summary>Whether the user accepted it.</summary>
    public required bool Accepted { get; init; }

    private protected override string Subject => InboundParser.Quote(Username);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.AgreementStatusMessage;
}

/// <summary>SCRIPT_RESULT: how EXECUTE_SCRIPT ended (LP 3.7).</summary>
public sealed record ScriptResultMessage() : AgentMessage("SCRIPT_RESULT")
{
    /// <summary><see langword="null"/>: success; -1: it ran, but its result could not be delivered; above 0: it failed.</summary>
    public int? ResultCode { get; init; }

    /// <summary>The MD5 sum of the uploaded result, as lower-case hex.</summary>
    public string? Md5 { get; init; }

    /// <summary>What went wrong.</summary>
    public string? ErrorMessage { get; init; }

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.ScriptResultMessage;
}
