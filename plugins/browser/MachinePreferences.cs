using System.Globalization;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Browser;

/// <summary>
/// The preferences of the machine, which users cannot change: <c>mozilla.cfg</c> in each Firefox of the machine, and a script among its defaults that
/// names this file.
/// </summary>
/// <param name="root">The directory that stands for <c>/</c>.</param>
/// <param name="context">The run.</param>
internal sealed class MachinePreferences(string root, PluginContext context)
{
    private const uint WritableByOthers = 0x12; // 0022
    private const uint Sticky = 0x200; // 01000

    private static readonly string[] Places = ["usr/lib/firefox-esr", "opt/firefox-esr", "usr/lib/firefox", "opt/firefox", "usr/lib/iceweasel"];

    private static readonly string[] Naming =
        ["pref(\"general.config.obscure_value\", 0);", "pref(\"general.config.filename\", \"mozilla.cfg\");"];

    /// <summary>Sets the preferences in every Firefox in which that is possible.</summary>
    /// <param name="preferences">The preferences; none: the blocks go.</param>
    /// <param name="problems">Gets a sentence for each Firefox in which it is not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>In how many they are set.</returns>
    public async Task<int> SetAsync(IReadOnlyList<Preference> preferences, List<string> problems, CancellationToken cancellationToken)
    {
        var statements = preferences.Select(preference => preference.ToStatement("lockPref")).ToList();
        var count = 0;
        foreach (var place in Places.Select(place => Path.Combine(root, place)).Where(Directory.Exists))
        {
            try
            {
                var scripts = Path.Combine(place, "defaults/pref");
                await CheckAsync(place, cancellationToken);
                await CheckAsync(scripts, cancellationToken);

                // A Firefox that is told of a file that is not there does not start.
                var (settings, naming) = (Path.Combine(place, "mozilla.cfg"), Path.Combine(scripts, "local-settings.js"));
                if (statements.Count > 0)
                {
                    Put(settings, statements);
                    Put(naming, Naming);
                }
                else
                {
                    Put(naming, []);
                    Put(settings, []);
                }

                count++;
            }
            catch (PluginInputException problem)
            {
                problems.Add(problem.Message);
            }
        }

        return count;
    }

    /// <summary>Where Firefox is looked for, for people.</summary>
    public static string PlacesText => string.Join(", ", Places.Select(place => "/" + place));

    private static void Put(string path, IReadOnlyList<string> statements)
    {
        var old = SystemFile.Read(path);
        if (old is null && statements.Count == 0)
        {
            return;
        }

        if (Script.Of(old).With(statements) is { } content)
        {
            SystemFile.Write(path, content);
        }
        else
        {
            SystemFile.Delete(path);
        }
    }

    /// <summary>
    /// Checks that nobody but root can change what a path leads to: a Firefox that was unpacked by hand often belongs to a user, who could put a link in
    /// the way.
    /// </summary>
    /// <exception cref="PluginInputException">Somebody can.</exception>
    private async Task CheckAsync(string path, CancellationToken cancellationToken)
    {
        var real = (await RunAsync(path, new CommandLine("realpath", "--canonicalize-missing", "--", path), cancellationToken)).TrimEnd('\n');
        var ways = new List<string>();
        for (var way = real; way is not null; way = Path.GetDirectoryName(way))
        {
            if (Directory.Exists(way))
            {
                ways.Add(way);
            }
        }

        var owners = await RunAsync(path, new CommandLine("stat", ["--format=%u %a", "--", .. ways]), cancellationToken);
        foreach (var (way, owner) in ways.Zip(owners.Split('\n')))
        {
            var mode = owner.Split(' ') is ["0", var octal] ? Convert.ToUInt32(octal, 8) : WritableByOthers;
            if ((mode & WritableByOthers) != 0 && (mode & Sticky) == 0)
            {
                throw new PluginInputException(
                    $"'{path}' was left alone, because others than root can change '{way}'. Give it to root: chown -R root: '{way}'; chmod -R go-w '{way}'.");
            }
        }
    }

    private async Task<string> RunAsync(string path, CommandLine command, CancellationToken cancellationToken)
    {
        var result = await context.Machine.Commands.RunAsync(command, cancellationToken);
        return result.Succeeded
            ? result.Output
            : throw new PluginInputException(string.Create(
                CultureInfo.InvariantCulture, $"'{path}' was left alone, because {command.Program} failed: {result.StartError ?? result.Error.Trim()}"));
    }
}
