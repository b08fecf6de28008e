using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser;

/// <summary>
/// The profiles of Firefox in a user's home, as <c>profiles.ini</c> lists them. The user can write whatever there: only what lies below the directory of
/// Firefox and is a profile counts.
/// </summary>
/// <param name="files">Reads in homes.</param>
/// <param name="account">The user.</param>
internal sealed class FirefoxProfiles(IHomeFiles files, Account account)
{
    /// <summary>The most bytes that a script may have; those of people who collect preferences have some 100 kB.</summary>
    public const int ScriptLimit = 2 << 20;

    /// <summary>The most bytes of <c>prefs.js</c>: Firefox writes some 10 kB, and extensions put much into it.</summary>
    public const int PreferencesLimit = 8 << 20;

    private const int IniLimit = 256 << 10;
    private const int MostProfiles = 64;

    /// <summary>
    /// The places of Firefox from a package of the distribution, from a snap, from a flatpak. New homes have it below <c>.config</c>, homes of earlier
    /// versions keep the old place.
    /// </summary>
    internal static readonly string[] Places =
    [
        ".mozilla/firefox", ".config/mozilla/firefox", "snap/firefox/common/.mozilla/firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox",
        ".var/app/org.mozilla.firefox/config/mozilla/firefox",
    ];

    /// <summary>Finds the profiles.</summary>
    /// <param name="problems">Gets a sentence for each that is refused.</param>
    /// <returns>Their directories, relative to the home.</returns>
    public IReadOnlyList<string> Find(List<string> problems)
    {
        var found = new List<string>();
        foreach (var place in Places)
        {
            try
            {
                if (files.Read(account, $"{place}/profiles.ini", IniLimit) is { } ini)
                {
                    AddProfiles(place, Encoding.UTF8.GetString(ini), found, problems);
                }
            }
            catch (HomeFileException failure)
            {
                problems.Add(failure.Message);
            }
        }

        return found;
    }

    private void AddProfiles(string place, string ini, List<string> found, List<string> problems)
    {
        var sections = Sections(ini);
        if (sections.Count > MostProfiles)
        {
            problems.Add($"'{place}/profiles.ini' of '{account.Name}' lists {sections.Count} profiles; only the first {MostProfiles} were looked at.");
        }

        foreach (var section in sections.Take(MostProfiles))
        {
            var path = section.GetValueOrDefault("Path", "");
            if (section.GetValueOrDefault("IsRelative") != "1" || path.StartsWith('/') || path.Split('/').Contains(".."))
            {
                problems.Add($"The profile '{Shorten(path)}' of '{account.Name}' was left alone, because it lies outside of '{place}'.");
                continue;
            }

            try
            {
                var directory = $"{place}/{path}";
                if (!found.Contains(directory) && IsProfile(directory))
                {
                    found.Add(directory);
                }
            }
            catch (HomeFileException failure)
            {
                problems.Add(failure.Message);
            }
        }
    }

    /// <summary>Firefox makes the one file with the directory and the other at its first start. What is listed and gone must not be made anew.</summary>
    private bool IsProfile(string directory) =>
        files.Read(account, $"{directory}/times.json", IniLimit) is not null || files.Read(account, $"{directory}/prefs.js", PreferencesLimit) is not null;

    /// <summary>The sections of profiles. Others, such as those of installations, have keys with paths, too.</summary>
    private static List<Dictionary<string, string>> Sections(string ini)
    {
        const string Profile = "Profile";
        var sections = new List<Dictionary<string, string>>();
        Dictionary<string, string>? section = null;
        foreach (var line in ini.Split('\n', StringSplitOptions.TrimEntries).Where(line => line is not ("" or [';' or '#', ..])))
        {
            if (line is ['[', .. var name, ']'])
            {
                section = name.StartsWith(Profile, StringComparison.Ordinal) && name[Profile.Length..].All(char.IsAsciiDigit) ? [] : null;
                if (section is not null)
                {
                    sections.Add(section);
                }
            }
            else if (section is not null && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var cut)
            {
                section[line[..cut].TrimEnd()] = line[(cut + 1)..].TrimStart();
            }
        }

        return sections;
    }

    private static string Shorten(string text) => text.Length <= 128 ? text : text[..128] + "...";
}
