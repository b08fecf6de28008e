using System.Text.Json;
using System.Text.Json.Serialization;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.People;

/// <summary>How a user stands, as it is stored (<see cref="DocumentKinds.Session"/>). A user who is out has none. The names of its members never change.</summary>
internal sealed record SessionDocument
{
    /// <summary>How far the user has come.</summary>
    [JsonPropertyName("stage")]
    public required UserStage Stage { get; init; }

    /// <summary>The login that is dealt with.</summary>
    [JsonPropertyName("login")]
    public required StoredLogin Login { get; init; }

    /// <summary>The login that came while the one before was still being undone.</summary>
    [JsonPropertyName("next")]
    public StoredLogin? Next { get; init; }

    /// <summary>Whether Lider was told of the login, and is to be told of the logout.</summary>
    [JsonPropertyName("announced")]
    public bool IsAnnounced { get; init; }

    /// <summary>Whether Lider lets the user administer the machine.</summary>
    [JsonPropertyName("administrator")]
    public bool IsAdministrator { get; init; }

    /// <summary>Whether the user is here, as far as anybody knows.</summary>
    [JsonIgnore]
    public bool IsPresent => Stage != UserStage.LeavingModes || Next is not null;

    /// <summary>The login that is the newest.</summary>
    [JsonIgnore]
    public StoredLogin Newest => Next ?? Login;

    /// <summary>A user who has come just now.</summary>
    public static SessionDocument Begin(StoredLogin login) => new() { Stage = UserStage.Agreement, Login = login };

    /// <summary>The user leaves: what the login brought is undone.</summary>
    /// <param name="next">The login that follows, if any.</param>
    public SessionDocument Leaving(StoredLogin? next) => this with { Stage = UserStage.LeavingModes, Next = next, IsAdministrator = false };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static SessionDocument? Parse(string? text) => text is null ? null : JsonSerializer.Deserialize(text, PeopleJson.Default.SessionDocument);

    /// <summary>The text that is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PeopleJson.Default.SessionDocument);
}

/// <summary>A login, as it is stored.</summary>
internal sealed record StoredLogin
{
    /// <summary>The directory domain.</summary>
    [JsonPropertyName("domain")]
    public string? Domain { get; init; }

    /// <summary>The desktop.</summary>
    [JsonPropertyName("desktop")]
    public string? Desktop { get; init; }

    /// <summary>The display or terminal.</summary>
    [JsonPropertyName("display")]
    public string? Display { get; init; }

    /// <summary>The host the session comes from.</summary>
    [JsonPropertyName("remote_host")]
    public string? RemoteHost { get; init; }

    /// <summary>Since when.</summary>
    [JsonPropertyName("since")]
    public required DateTimeOffset Since { get; init; }

    /// <summary>The run of the machine in which it was.</summary>
    [JsonPropertyName("boot")]
    public required string Boot { get; init; }

    /// <summary>Whether the login service has ever listed a session of the user since.</summary>
    [JsonPropertyName("seen")]
    public bool IsSeen { get; init; }

    /// <summary>A login of now.</summary>
    public static StoredLogin Of(UserLogin login, string boot, DateTimeOffset now) => new()
    {
        Domain = login.Domain,
        Desktop = login.Desktop,
        Display = login.Display,
        RemoteHost = login.RemoteHost,
        Since = now,
        Boot = boot,
        IsSeen = login.IsListed,
    };

    /// <summary>
    /// Another session of a user who is here: where to show things is another. What plugins and Lider know the user by stays until they have been told of the
    /// logout.
    /// </summary>
    public StoredLogin With(UserLogin login) => this with
    {
        Desktop = login.Desktop ?? Desktop,
        Display = login.Display ?? Display,
        IsSeen = IsSeen || login.IsListed,
    };

    /// <summary>The name as plugins know it.</summary>
    public string NameOf(string user) => new LoginName(Domain, user).ToString();
}

/// <summary>Serialisation of what is stored about people.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SessionDocument))]
internal sealed partial class PeopleJson : JsonSerializerContext;
