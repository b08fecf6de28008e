using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>Who a <see cref="BareAgent"/> is.</summary>
public sealed record BareAgentOptions
{
    /// <summary>Where the XMPP server is; its account fields are not used.</summary>
    public required BareXmppOptions Server { get; init; }

    /// <summary>The local part of the agent's JID, and its host name.</summary>
    public required string Name { get; init; }

    /// <summary>The password of its account.</summary>
    public required string Password { get; init; }

    /// <summary>Its hardware address.</summary>
    public string MacAddress { get; init; } = "aa:bb:cc:00:11:22";

    /// <summary>The user who authorizes the registration.</summary>
    public string AuthorizingUser { get; init; } = "admin";

    /// <summary>That user's password.</summary>
    public string AuthorizingPassword { get; init; } = "admin";

    /// <summary>The local part of Lider's JID.</summary>
    public string LiderUser { get; init; } = "lider_sunucu";

    /// <summary>Ask for a receipt (XEP-0184) with each answer. The Python agent does not.</summary>
    public bool RequestReceipts { get; init; }
}
