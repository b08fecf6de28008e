using Ahenk.Plugins.PackageManager.Changes;
using Ahenk.Plugins.PackageManager.Sources;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager;

/// <summary>Lists, checks, installs and removes packages of Debian's kind, and keeps the list of their repositories (PL 13).</summary>
public sealed class PackageManagerPlugin : IPlugin
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromMinutes(2);

    /// <summary>One run of apt may take <see cref="AptGet.RunLimit"/>, and a task may ask for several.</summary>
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromHours(3);

    /// <summary>The plugin on this machine.</summary>
    public PackageManagerPlugin()
        : this("/etc/apt", "/var/log")
    {
    }

    /// <summary>The plugin with other directories.</summary>
    /// <param name="aptDirectory">Where sources.list is.</param>
    /// <param name="logDirectory">Where dpkg.log is.</param>
    internal PackageManagerPlugin(string aptDirectory, string logDirectory)
    {
        var sources = new AptSources(aptDirectory);
        Commands =
        [
            Reads("INSTALLED_PACKAGES", InstalledPackages.RunAsync),
            Reads("CHECK_PACKAGE", CheckPackage.RunAsync),
            Reads("REPOSITORIES", (_, _) => Task.FromResult(Repositories.List(sources))),
            Reads("SHOW_PACKAGE_ARCHIVE", (context, _) => Task.FromResult(PackageHistory.Run(logDirectory, context))),

            // What is there is not added again, and what is gone is not removed again.
            new PluginCommand("PACKAGE_SOURCES", (context, token) => Repositories.ChangeAsync(sources, context, token))
            {
                Idempotent = true,
                TimeLimit = ChangeLimit,
            },

            // Not idempotent: a package whose installation ended the agent would be installed again at every start.
            new PluginCommand("PACKAGE_MANAGEMENT", PackageManagement.RunAsync) { TimeLimit = ChangeLimit },
            new PluginCommand("PACKAGES", (context, token) => Packages.RunAsync(sources, context, token)) { TimeLimit = ChangeLimit },
            new PluginCommand("PACKAGE_ARCHIVE", PackageArchive.RunAsync) { TimeLimit = ChangeLimit },
        ];
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; }

    private static PluginCommand Reads(string id, CommandHandler run) => new(id, run)
    {
        Idempotent = true,
        Parallel = true,
        TimeLimit = ReadLimit,
    };
}
