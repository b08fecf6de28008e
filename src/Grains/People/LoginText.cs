using System.Globalization;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.People;

/// <summary>One line of the login hook.</summary>
/// <param name="IsLogin">Whether it is a login.</param>
/// <param name="Name">Whose.</param>
/// <param name="Login">What it says of the login.</param>
/// <param name="WrittenBy">When it was written at the latest: the time may be there to the second only.</param>
internal sealed record LoginWord(bool IsLogin, LoginName Name, UserLogin Login, DateTimeOffset WrittenBy);

/// <summary>Checks what is said of logins: display managers, hostile clients of SSH and programs of users have a say in it.</summary>
internal static class LoginText
{
    private const int LongestText = 256;
    private const int Fields = 5;
    private const string Unknown = "-";

    /// <summary>The person who logs in.</summary>
    /// <param name="name">The login name, also with a domain.</param>
    /// <param name="domain">The domain, where the name has none.</param>
    /// <returns><see langword="null"/>: it is the login screen, or can be nobody.</returns>
    public static LoginName? Person(string name, string? domain) => LoginName.Parse(name) switch
    {
        null => null,
        { } parsed when LoginName.IsDisplayManager(parsed.User) => null,
        { Domain: null } parsed when !string.IsNullOrEmpty(domain) => LoginName.Parse($"{domain}\\{parsed.User}") ?? parsed,
        var parsed => parsed,
    };

    /// <summary>A login without what cannot be true.</summary>
    public static UserLogin Clean(UserLogin login) => login with
    {
        Desktop = Plain(login.Desktop),
        Display = Plain(login.Display),
        RemoteHost = Plain(login.RemoteHost),
    };

    /// <summary>A session that is listed.</summary>
    public static UserLogin Of(LoginName name, UserSession session) => Clean(new UserLogin
    {
        Domain = name.Domain,
        Desktop = session.Desktop,
        Display = session.Display ?? session.Terminal,
        RemoteHost = session.RemoteHost,
        IsListed = true,
    });

    /// <summary>
    /// Reads a line that the hook wrote down: <c>login</c> or <c>logout</c>, user, desktop, display and seconds since 1970, whole or with milliseconds, with tabs
    /// between them.
    /// </summary>
    /// <returns><see langword="null"/>: it is no such line, or is not about a person.</returns>
    public static LoginWord? ReadWord(string line)
    {
        var fields = line.Split('\t');
        if (fields.Length != Fields || fields[0] is not ("login" or "logout") || Person(fields[1], null) is not { } name ||
            !decimal.TryParse(fields[4], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds > uint.MaxValue)
        {
            return null;
        }

        var login = Clean(new UserLogin { Domain = name.Domain, Desktop = fields[2], Display = fields[3] });
        var isWhole = !fields[4].Contains('.', StringComparison.Ordinal);
        return new LoginWord(fields[0] == "login", name, login, DateTimeOffset.FromUnixTimeMilliseconds((long)((isWhole ? seconds + 1 : seconds) * 1000)));
    }

    private static string? Plain(string? text) =>
        string.IsNullOrEmpty(text) || text == Unknown || text.Length > LongestText || text.Any(static letter => char.IsControl(letter) || char.IsSurrogate(letter))
            ? null
            : text;
}
