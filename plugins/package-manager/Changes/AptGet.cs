using System.Text.RegularExpressions;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.PackageManager.Changes;

/// <summary>
/// Runs apt-get so that it asks nothing, keeps changed configuration files, and waits for others who work with dpkg. Before anything is
/// changed apt tells what it would do, and what would hit another package than the one named, or the agent, is not done.
/// </summary>
internal static partial class AptGet
{
    /// <summary>How long one run may take.</summary>
    public static readonly TimeSpan RunLimit = TimeSpan.FromHours(1);

    private const string Agent = "ahenk";

    private static readonly Dictionary<string, string> Quietly = new()
    {
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["DEBCONF_NONINTERACTIVE_SEEN"] = "true",
        ["APT_LISTCHANGES_FRONTEND"] = "none",

        // needrestart would restart services, this one among them.
        ["NEEDRESTART_SUSPEND"] = "1",
        ["UCF_FORCE_CONFFOLD"] = "1",
    };

    private static readonly string[] Options =
    [
        "-q", "-y",
        "-o", "DPkg::Lock::Timeout=600",
        "-o", "Dpkg::Options::=--force-confdef",
        "-o", "Dpkg::Options::=--force-confold",
    ];

    /// <summary>Reads the repositories anew.</summary>
    /// <returns>Why that failed, or <see langword="null"/>.</returns>
    public static async Task<string?> UpdateAsync(PluginContext context, CancellationToken cancellationToken)
    {
        var result = await RunAsync(context, [.. Options, "update"], cancellationToken);
        return result.Succeeded ? null : $"The package lists could not be read anew. {Dpkg.Explain("apt-get update", result)}";
    }

    /// <summary>Installs a package in its newest version, or in the version named.</summary>
    public static async Task<ChangeResult> InstallAsync(
        PluginContext context, string name, string? version, CancellationToken cancellationToken)
    {
        string[] command = version is null ? ["install", name] : ["--allow-downgrades", "install", $"{name}={version}"];
        var plan = await PlanAsync(context, command, cancellationToken);
        if (plan.Problem is { } problem)
        {
            return ChangeResult.Failed($"{name} was not installed. {problem}");
        }

        if (plan.IsEmpty)
        {
            return ChangeResult.Done($"{name} is installed already.");
        }

        if (!plan.Installs.Any(package => Is(package, name)))
        {
            return ChangeResult.Failed(
                $"{name} was not installed: there is no package of just this name; apt would install {string.Join(", ", plan.Installs)}.");
        }

        var result = await ChangeAsync(context, command, cancellationToken);
        return result.Succeeded
            ? ChangeResult.Done($"{name} has been installed.")
            : ChangeResult.Failed($"{name} was not installed. {Dpkg.Explain("apt-get", result)}");
    }

    /// <summary>Removes a package and its configuration files.</summary>
    public static async Task<ChangeResult> PurgeAsync(PluginContext context, string name, CancellationToken cancellationToken)
    {
        // Asked of dpkg first: a name that apt does not know it may take for a pattern.
        var known = await Dpkg.ListAsync(context.Machine.Commands, name, cancellationToken);
        if (known.All(package => package.Status == "not-installed"))
        {
            return ChangeResult.Done($"{name} is not installed.");
        }

        string[] command = ["purge", name];
        var plan = await PlanAsync(context, command, cancellationToken);
        if (plan.Problem is { } problem)
        {
            return ChangeResult.Failed($"{name} was not removed. {problem}");
        }

        if (!plan.Removals.Any(package => Is(package, name)))
        {
            return ChangeResult.Failed($"{name} was not removed: apt would not remove it. Look at 'apt-get -s purge {name}' on the machine.");
        }

        var result = await ChangeAsync(context, command, cancellationToken);
        return result.Succeeded
            ? ChangeResult.Done($"{name} has been removed.")
            : ChangeResult.Failed($"{name} was not removed. {Dpkg.Explain("apt-get", result)}");
    }

    private static async Task<Plan> PlanAsync(PluginContext context, string[] command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(context, [.. Options, "--simulate", .. command], cancellationToken);
        if (!result.Succeeded)
        {
            return new Plan([], [], Dpkg.Explain("apt-get", result));
        }

        var installs = Names(result.Output, "Inst ").ToList();
        var removals = Names(result.Output, "Remv ").Concat(Names(result.Output, "Purg ")).Distinct().ToList();
        var problem = removals.Find(IsOfAgent) is { } removed
            ? $"That would remove {removed}, a part of the agent itself. Unregister the machine and remove it by hand if that is wanted."
            : await FindDowngradeAsync(context, result.Output, cancellationToken);
        return new Plan(installs, removals, problem);
    }

    /// <summary>A newer agent may replace this one, for its package delays the restart; an older one may not know what this one has stored, nor delay anything.</summary>
    private static async Task<string?> FindDowngradeAsync(PluginContext context, string simulation, CancellationToken cancellationToken)
    {
        foreach (var change in Replacements().Matches(simulation).Where(change => Is(change.Groups["package"].Value, Agent)))
        {
            var (present, coming) = (change.Groups["present"].Value, change.Groups["coming"].Value);
            if (await Dpkg.IsOlderVersionAsync(context.Machine.Commands, coming, present, cancellationToken))
            {
                return $"That would replace the agent by an older one, {coming} in place of {present}, while it works. Do it by hand if that is wanted.";
            }
        }

        return null;
    }

    private static async Task<CommandResult> ChangeAsync(PluginContext context, string[] command, CancellationToken cancellationToken)
    {
        LogChange(context.Logger, string.Join(' ', command), context.TaskId);
        return await RunAsync(context, [.. Options, .. command], cancellationToken);
    }

    private static async Task<CommandResult> RunAsync(PluginContext context, string[] arguments, CancellationToken cancellationToken)
    {
        var command = Gently(new CommandLine("apt-get", arguments));
        var result = await context.Machine.Commands.RunAsync(command, cancellationToken);
        if (result.Succeeded || !result.Error.Contains("dpkg --configure -a", StringComparison.Ordinal))
        {
            return result;
        }

        // An earlier run was cut off, by a power cut say: dpkg has to end that work before anything else can be done.
        LogConfigure(context.Logger, context.TaskId);
        var configured = await context.Machine.Commands.RunAsync(
            Gently(new CommandLine("dpkg", "--force-confdef", "--force-confold", "--configure", "-a")), cancellationToken);
        return configured.Succeeded ? await context.Machine.Commands.RunAsync(command, cancellationToken) : configured;
    }

    /// <summary>dpkg that is killed leaves packages in pieces: it gets time to end what it is at.</summary>
    private static CommandLine Gently(CommandLine command) => command with
    {
        Environment = Quietly,
        TimeLimit = RunLimit,
        TerminationGrace = TimeSpan.FromMinutes(1),
        Keep = KeptPart.End,
    };

    /// <summary>Packages that are there, and come in another version.</summary>
    [GeneratedRegex(@"^Inst (?<package>\S+) \[(?<present>\S+)\] \((?<coming>[^\s)]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Replacements();

    /// <summary>The packages of a simulation's lines, such as <c>Inst NAME [OLD] (NEW ...)</c>.</summary>
    private static IEnumerable<string> Names(string output, string verb) => output.Split('\n')
        .Where(line => line.StartsWith(verb, StringComparison.Ordinal))
        .Select(line => line[verb.Length..].Split(' ', 2)[0]);

    private static bool IsOfAgent(string package) =>
        Is(package, Agent) || package.StartsWith(Agent + "-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is this package; the architecture matters where both name one.</summary>
    private static bool Is(string package, string name) =>
        string.Equals(package, name, StringComparison.OrdinalIgnoreCase) ||
        string.Equals(package.Split(':')[0], name, StringComparison.OrdinalIgnoreCase) ||
        string.Equals(package, name.Split(':')[0], StringComparison.OrdinalIgnoreCase);

    /// <summary>What apt would do.</summary>
    /// <param name="Installs">Packages that come, or come in another version.</param>
    /// <param name="Removals">Packages that go.</param>
    /// <param name="Problem">Why it must not be done, or <see langword="null"/>.</param>
    private sealed record Plan(IReadOnlyList<string> Installs, IReadOnlyList<string> Removals, string? Problem)
    {
        public bool IsEmpty => Installs.Count == 0 && Removals.Count == 0;
    }

    [LoggerMessage(1, LogLevel.Information, "[PACKAGE] apt-get {Change} for task {TaskId}")]
    private static partial void LogChange(ILogger logger, string change, long taskId);

    [LoggerMessage(2, LogLevel.Warning, "[PACKAGE] dpkg was interrupted earlier; 'dpkg --configure -a' runs before task {TaskId} goes on")]
    private static partial void LogConfigure(ILogger logger, long taskId);
}
