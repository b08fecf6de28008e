using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Ahenk.Lider.Protocol;

/// <summary>REGISTER: makes this machine known and gives it an account (LP 3.2, 4). Holds two passwords.</summary>
public sealed record RegisterMessage() : AgentMessage("REGISTER")
{
    /// <summary>
    /// The name of the account, the future local part of the JID; Lider believes this field and not the stanza's sender (LP 1.4).
    /// </summary>
    public required string From { get; init; }

    /// <summary>The password the agent chose for its account. The same for every attempt that was not answered (LP 4.1.8).</summary>
    public required string Password { get; init; }

    /// <summary>The machine's host name.</summary>
    public required string Hostname { get; init; }

    /// <summary>The machine's addresses, separated by commas.</summary>
    public required string IpAddresses { get; init; }

    /// <summary>The machine's hardware addresses, separated by commas; they decide whether a re-registration is one (LP 4.1.4).</summary>
    public required string MacAddresses { get; init; }

    /// <summary>The directory user who authorises the registration.</summary>
    public required string UserName { get; init; }

    /// <summary>Their password.</summary>
    public required string UserPassword { get; init; }

    /// <summary>The old server needs <c>LDAP</c> or <c>AD</c>; today's ignores it.</summary>
    public string DirectoryServer { get; init; } = "LDAP";

    /// <summary>
    /// The inventory: strings and numbers only, since the server keeps <c>toString()</c> of each value; disk and memory as integers.
    /// </summary>
    [JsonConverter(typeof(WireMapConverter))]
    public required JsonObject Data { get; init; }

    private protected override string Subject => InboundParser.Quote(From);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.RegisterMessage;
}

/// <summary>UNREGISTER: removes this machine's account (LP 3.2, 4.3). Holds passwords.</summary>
public sealed record UnregisterMessage() : AgentMessage("UNREGISTER")
{
    /// <summary>The name of the account.</summary>
    public required string From { get; init; }

    /// <summary>The account's password; servers ignore it.</summary>
    public string? Password { get; init; }

    /// <summary>The directory user who authorises it.</summary>
    public required string UserName { get; init; }

    /// <summary>Their password.</summary>
    public required string UserPassword { get; init; }

    /// <summary>
    /// The machine's addresses, separated by commas; without them a server with the address template never answers (LP 3.2).
    /// </summary>
    public required string IpAddresses { get; init; }

    private protected override string Subject => InboundParser.Quote(From);

    private protected override JsonTypeInfo TypeInfo => OutboundJson.Wire.UnregisterMessage;
}
