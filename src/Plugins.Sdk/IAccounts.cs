using System.Text;

namespace Ahenk.Plugins.Sdk;

/// <summary>Looks up users by way of the name service: those of a directory are found as those of /etc/passwd are.</summary>
public interface IAccounts
{
    /// <summary>
    /// Looks a user up. A name with a domain that the name service does not know as it is, is tried without the domain, but never as one of the machine's
    /// own users: somebody else may have that name.
    /// </summary>
    /// <param name="name">A login name, also as <c>DOMAIN\user</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The user, or <see langword="null"/>: there is none, or the name cannot be one.</returns>
    Task<Account?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Looks a user up by number.</summary>
    /// <param name="uid">The number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The user, or <see langword="null"/>.</returns>
    Task<Account?> FindAsync(uint uid, CancellationToken cancellationToken) => throw new NotSupportedException("Users are not found by number here.");
}

/// <summary>A user of this machine.</summary>
/// <param name="Name">The name, as the name service spells it.</param>
/// <param name="Uid">The number.</param>
/// <param name="Gid">The number of the primary group.</param>
/// <param name="Home">The home directory, an absolute path. It need not exist.</param>
/// <param name="Shell">The login shell; empty: the system's.</param>
/// <param name="Groups">The numbers of all groups, the primary one among them.</param>
public sealed record Account(string Name, uint Uid, uint Gid, string Home, string Shell, IReadOnlyList<uint> Groups);

/// <summary>A name as somebody logs in with it.</summary>
/// <param name="Domain">What stands before the backslash, or <see langword="null"/>.</param>
/// <param name="User">The user's name.</param>
public sealed record LoginName(string? Domain, string User)
{
    private const int LongestName = 256;

    private static readonly string[] DisplayManagers =
        ["gdm", "gdm3", "Debian-gdm", "lightdm", "sddm", "kdm", "lxdm", "xdm", "greetd", "_greetd", "gnome-initial-setup"];

    /// <summary>Takes a name apart.</summary>
    /// <returns><see langword="null"/>: it cannot be a user's name.</returns>
    public static LoginName? Parse(string text)
    {
        var cut = text.IndexOf('\\', StringComparison.Ordinal);
        if (cut < 0)
        {
            return IsName(text) ? new LoginName(null, text) : null;
        }

        var (domain, user) = (text[..cut], text[(cut + 1)..]);
        return IsName(domain) && IsName(user) ? new LoginName(domain, user) : null;
    }

    /// <summary>Whether a user is the one under which a display manager shows its login screen, and no person.</summary>
    public static bool IsDisplayManager(string user) =>
        DisplayManagers.Contains(user, StringComparer.Ordinal) ||
        (user.StartsWith("gdm-greeter", StringComparison.Ordinal) && user["gdm-greeter".Length..].All(rest => rest == '-' || char.IsAsciiDigit(rest)));

    /// <inheritdoc/>
    public override string ToString() => Domain is null ? User : $"{Domain}\\{User}";

    /// <summary>
    /// Directories have names with letters of all kinds, dots, <c>@</c> and blanks. Refused is what would be something else to a program that is given it: an
    /// option, a number (also with a plus sign), a path, a field of /etc/passwd.
    /// </summary>
    private static bool IsName(string text) =>
        text.Length > 0 && text is not ("." or "..") && text[0] is not ('-' or '+' or '~') && !text.All(char.IsAsciiDigit) && text.Trim() == text &&
        !text.Any(static letter => char.IsControl(letter) || char.IsSurrogate(letter) || letter is ':' or '/' or '\\' or ',' or '\uFFFD') &&
        Encoding.UTF8.GetByteCount(text) <= LongestName;
}
