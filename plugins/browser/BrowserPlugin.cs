using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Browser;

/// <summary>Manages Firefox (PL 1).</summary>
/// <remarks>
/// A user's profile is set in the user's home, the machine's in the installed Firefox; the one does not touch what the other has set. Which of two holds is
/// decided by whoever calls, by the rule of overriding.
/// </remarks>
public sealed partial class BrowserPlugin : IPlugin
{
    private const string Preferences = "preferences";

    private readonly string _root;

    /// <summary>The plugin on this machine.</summary>
    public BrowserPlugin()
        : this("/")
    {
    }

    /// <summary>The plugin with another directory in the place of <c>/</c>, homes excepted.</summary>
    internal BrowserPlugin(string root)
    {
        _root = root;
        Policy = new PluginPolicy(ApplyAsync);
        Modes = new Dictionary<PluginMode, ModeHandler> { [PluginMode.Safe] = UndoAsync };
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<PluginCommand> Commands { get; } = [];

    /// <inheritdoc/>
    public PluginPolicy? Policy { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<PluginMode, ModeHandler> Modes { get; }

    private Task<PluginResult> ApplyAsync(PluginContext context, CancellationToken cancellationToken)
    {
        if (!context.Parameters.Raw.ContainsKey(Preferences))
        {
            throw new PluginInputException($"The profile holds no '{Preferences}', so there is nothing to apply.");
        }

        var (preferences, leftOut) = Preference.Read(context.Parameters.GetObjects(Preferences));
        if (preferences.Count == 0 && leftOut.Count > 0)
        {
            throw new PluginInputException($"Nothing of the profile was applied. {string.Join(' ', leftOut)}");
        }

        return context.UserName is { } user
            ? ApplyToUserAsync(context, user, preferences, leftOut, cancellationToken)
            : ApplyToMachineAsync(context, preferences, leftOut, cancellationToken);
    }

    private static async Task<PluginResult> ApplyToUserAsync(
        PluginContext context, string user, IReadOnlyList<Preference> preferences, List<string> leftOut, CancellationToken cancellationToken)
    {
        var account = await context.Machine.Accounts.FindAsync(user, cancellationToken)
            ?? throw new PluginInputException($"Firefox was not set up: this machine does not know the user '{user}'.");
        var problems = new List<string>();
        var count = await new UserPreferences(context, account).SetAsync(preferences, problems);
        return problems.Count > 0 ? PluginResult.Error($"{Done(count)} {string.Join(' ', problems.Concat(leftOut))}")
            : count == 0 ? PluginResult.Warning(string.Join(' ', leftOut.Prepend(
                $"The user '{user}' has no profile of Firefox yet. The preferences are set at the first login after Firefox was started once.")))
            : Answer(Done(count), leftOut);

        string Done(int number) => number == 0
            ? "Nothing was set in Firefox."
            : $"The preferences are set in {(number == 1 ? "one profile" : $"{number} profiles")} of Firefox of '{user}', from its next start on.";
    }

    private async Task<PluginResult> ApplyToMachineAsync(
        PluginContext context, IReadOnlyList<Preference> preferences, List<string> leftOut, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var count = await new MachinePreferences(_root, context).SetAsync(preferences, problems, cancellationToken);
        return problems.Count > 0 ? PluginResult.Error(
                $"{(count == 0 ? "Nothing was locked." : "Not in every Firefox of this machine the preferences are locked.")} {string.Join(' ', problems.Concat(leftOut))}")
            : count == 0 ? PluginResult.Error($"There is no Firefox on this machine that can be managed; it is looked for in {MachinePreferences.PlacesText}.")
            : Answer("The preferences of Firefox are locked for all users, from its next start on.", leftOut);
    }

    private static PluginResult Answer(string done, List<string> leftOut) =>
        leftOut.Count == 0 ? PluginResult.Processed(done) : PluginResult.Warning($"{done} {string.Join(' ', leftOut)}");

    private async Task UndoAsync(PluginContext context, CancellationToken cancellationToken)
    {
        if (context.UserName is { } user)
        {
            // The files of a user who is gone for good went with the home.
            if (await context.Machine.Accounts.FindAsync(user, cancellationToken) is { } account)
            {
                await new UserPreferences(context, account).UndoAsync(cancellationToken);
            }

            return;
        }

        var problems = new List<string>();
        await new MachinePreferences(_root, context).SetAsync([], problems, cancellationToken);
        foreach (var problem in problems)
        {
            LogStays(context.Logger, problem);
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "[BROWSER] The machine's preferences of Firefox were not taken back everywhere. {Problem}")]
    private static partial void LogStays(ILogger logger, string problem);
}
