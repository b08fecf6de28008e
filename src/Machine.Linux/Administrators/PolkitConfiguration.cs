using Ahenk.Machine.Linux.Inventory;

namespace Ahenk.Machine.Linux.Administrators;

/// <summary>
/// The configuration file for polkit before 0.106 (pklocalauthority(8)); polkitd-pkla still reads it. Of all files with AdminIdentities the last one, by name,
/// decides.
/// </summary>
internal static class PolkitConfiguration
{
    /// <summary>Where it belongs.</summary>
    public const string Directory = "etc/polkit-1/localauthority.conf.d";

    /// <summary>Its name.</summary>
    public const string Name = "60-ahenk.conf";

    private const string Group = "[Configuration]";
    private const string Key = "AdminIdentities";

    /// <summary>Whether the file can hold a name: it has no way to quote its separator, and a backslash has a meaning of its own.</summary>
    public static bool CanName(string user) => !user.Contains(';', StringComparison.Ordinal) && !user.Contains('\\', StringComparison.Ordinal);

    /// <summary>Makes the file: whom the files before it name, root, who stands in where they name only groups without members, and the users.</summary>
    public static string Make(MachineFiles files, IReadOnlyList<string> users)
    {
        var others = Names(files).Where(name => string.CompareOrdinal(name, Name) < 0)
            .Select(name => ReadIdentities(files, name)).LastOrDefault(identities => identities.Count > 0) ?? ["unix-group:sudo"];
        return $"""
            # Lider lets some of these users administer this machine as long as they are logged in (LOGIN_RESPONSE).
            # The Ahenk agent writes this file anew and removes it: what is changed here is lost.
            {Group}
            {Key}={string.Join(';', others.Append("unix-user:0").Concat(users.Select(user => "unix-user:" + user)).Distinct(StringComparer.Ordinal))}

            """;
    }

    /// <summary>A file that has the last word in place of ours, or <see langword="null"/>.</summary>
    public static string? FindOverriding(MachineFiles files) =>
        Names(files).LastOrDefault(name => string.CompareOrdinal(name, Name) > 0 && ReadIdentities(files, name).Count > 0);

    private static IEnumerable<string> Names(MachineFiles files) => files.List(Directory).Where(name => name.EndsWith(".conf", StringComparison.Ordinal));

    private static List<string> ReadIdentities(MachineFiles files, string name)
    {
        var identities = new List<string>();
        var isInGroup = false;
        foreach (var line in files.ReadLines($"{Directory}/{name}").Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                isInGroup = line == Group;
            }
            else if (isInGroup && line.Split('=', 2) is [var key, var value] && key.TrimEnd() == Key)
            {
                identities = [.. value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            }
        }

        return identities;
    }
}
