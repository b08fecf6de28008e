using System.Text.Json.Serialization;

namespace Ahenk.Lider.Protocol;

/// <summary>How a registration ended (LP 2.6, 4).</summary>
public enum RegistrationStatus
{
    /// <summary>None of the words Lider knows; never in a message that was parsed.</summary>
    Unknown,

    /// <summary>The account exists and the password is set (but see LP 8.11).</summary>
    Registered,

    /// <summary>
    /// Today's server: the name belongs to another machine, nothing was changed. The old server: re-registered (LP 4.1, 4.2).
    /// </summary>
    AlreadyExists,

    /// <summary>The directory user may not register machines.</summary>
    NotAuthorized,

    /// <summary>The account is gone.</summary>
    Unregistered,

    /// <summary>In Lider's enum; no code produces it.</summary>
    RegisteredWithoutLdap,

    /// <summary>In Lider's enum; no code produces it.</summary>
    RegistrationError,
}

/// <summary>REGISTRATION_RESPONSE: the answer to REGISTER and UNREGISTER (LP 2.6). Everything but the status can be missing.</summary>
public sealed record RegistrationResponseMessage() : LiderMessage(TypeName)
{
    internal const string TypeName = "REGISTRATION_RESPONSE";

    /// <summary>How it ended.</summary>
    [JsonIgnore]
    public RegistrationStatus Status => StatusText switch
    {
        "REGISTERED" => RegistrationStatus.Registered,
        "ALREADY_EXISTS" => RegistrationStatus.AlreadyExists,
        "NOT_AUTHORIZED" => RegistrationStatus.NotAuthorized,
        "UNREGISTERED" => RegistrationStatus.Unregistered,
        "REGISTERED_WITHOUT_LDAP" => RegistrationStatus.RegisteredWithoutLdap,
        "REGISTRATION_ERROR" => RegistrationStatus.RegistrationError,
        _ => RegistrationStatus.Unknown,
    };

    /// <summary>The status as it came.</summary>
    [JsonPropertyName("status")]
    public string? StatusText { get; init; }

    /// <summary>English text for people.</summary>
    public string? Message { get; init; }

    /// <summary>The DN of the agent's directory entry.</summary>
    public string? AgentDn { get; init; }

    /// <summary><c>LDAP</c>, <c>ACTIVE_DIRECTORY</c> or <c>NONE</c>; the old server does not say.</summary>
    public string? DirectoryServer { get; init; }

    /// <summary>Whether the local user is to be disabled.</summary>
    public bool? DisableLocalUser { get; init; }

    /// <summary>The directory's address.</summary>
    public string? LdapServer { get; init; }

    /// <summary>The directory's base: the root's DN, of the old server the users' DN.</summary>
    public string? LdapBaseDn { get; init; }

    /// <summary>The directory's protocol version, <c>3</c>.</summary>
    public string? LdapVersion { get; init; }

    /// <summary>The DN to bind with; the same as <see cref="AgentDn"/>.</summary>
    public string? LdapUserDn { get; init; }

    /// <summary>The Active Directory domain.</summary>
    public string? AdDomainName { get; init; }

    /// <summary>The domain controller's name.</summary>
    public string? AdHostName { get; init; }

    /// <summary>The domain controller's address.</summary>
    public string? AdIpAddress { get; init; }

    /// <summary>Who may join machines to the domain.</summary>
    public string? AdAdminUserName { get; init; }

    /// <summary>Their password in plain text.</summary>
    public string? AdAdminPassword { get; init; }

    private protected override string Subject => Status.ToString();

    internal LiderInbound Checked() => Status == RegistrationStatus.Unknown
        ? InboundParser.Invalid(TypeName, $"the status is {InboundParser.Quote(StatusText)}, which Lider does not know")
        : this;
}
