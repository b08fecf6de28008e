using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.Conky;

/// <summary>The package that conky comes from.</summary>
internal static class Package
{
    private const string Name = "conky-all";

    /// <summary>Sees to it that conky is there.</summary>
    /// <exception cref="PluginInputException">It is not.</exception>
    public static async Task EnsureAsync(string root, PluginContext context, CancellationToken cancellationToken)
    {
        var program = Path.Combine(root, "usr/bin/conky");
        if (File.Exists(program))
        {
            return;
        }

        var result = await context.Machine.Commands.RunAsync(
            new CommandLine("apt-get", "--yes", "--quiet", "--no-remove", "--no-install-recommends", "--option=DPkg::Lock::Timeout=120", "install", Name)
            {
                Environment = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive", ["NEEDRESTART_MODE"] = "l" },
                TimeLimit = TimeSpan.FromMinutes(8),
                TerminationGrace = TimeSpan.FromMinutes(1),
                Keep = KeptPart.End,
            },
            cancellationToken);
        if (!result.Succeeded)
        {
            const int Longest = 500;
            var words = result.StartError ?? result.Error.Trim();
            throw new PluginInputException(
                $"conky is not installed, and could not be: {(words.Length <= Longest ? words : "..." + words[^Longest..])} Install the package {Name}.");
        }
    }
}
