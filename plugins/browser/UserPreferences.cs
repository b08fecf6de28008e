using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Browser;

/// <summary>
/// The preferences of a user: a block in <c>user.js</c> of each profile, which Firefox reads when it starts. Firefox copies what it has read to
/// <c>prefs.js</c>, where it outlives <c>user.js</c>: so undoing takes it from there, too, once no Firefox of the user runs that would write it anew.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="account">The user.</param>
internal sealed partial class UserPreferences(PluginContext context, Account account)
{
    private readonly IHomeFiles _files = context.Machine.HomeFiles;

    /// <summary>What Firefox may have copied, as a list of statements.</summary>
    private string Key => $"copied/{account.Name}";

    /// <summary>Sets the preferences in all profiles in which that is possible.</summary>
    /// <param name="preferences">The preferences; none: the block goes.</param>
    /// <param name="problems">Gets a sentence for each profile in which it is not.</param>
    /// <returns>In how many profiles they are set.</returns>
    public async Task<int> SetAsync(IReadOnlyList<Preference> preferences, List<string> problems)
    {
        var profiles = new FirefoxProfiles(_files, account).Find(problems);
        var statements = preferences.Select(preference => preference.ToStatement("user_pref")).ToList();
        if (profiles.Count > 0)
        {
            await RememberAsync(statements);
        }

        return profiles.Count(profile => Put($"{profile}/user.js", statements, problems));
    }

    /// <summary>Takes back what was set.</summary>
    public async Task UndoAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        var profiles = new FirefoxProfiles(_files, account).Find(problems);
        foreach (var profile in profiles)
        {
            Put($"{profile}/user.js", [], problems);
        }

        var copied = await RecallAsync();
        if (copied.Count > 0 && !await IsFirefoxRunningAsync(cancellationToken))
        {
            foreach (var profile in profiles)
            {
                Clean($"{profile}/prefs.js", copied, problems);
            }

            // A home that cannot be reached now, as after a logout, can be the next time.
            if (problems.Count == 0)
            {
                await context.Store.SetAsync(Key, null);
            }
        }

        // Of a user for whom nothing was set, it is nobody's concern how the home looks.
        foreach (var problem in problems.Where(_ => copied.Count > 0))
        {
            LogNotUndone(context.Logger, account.Name, problem);
        }
    }

    private bool Put(string path, List<string> statements, List<string> problems)
    {
        try
        {
            var old = _files.Read(account, path, FirefoxProfiles.ScriptLimit);
            if (old is null && statements.Count == 0)
            {
                return true;
            }

            var content = Script.Of(old).With(statements);
            if (content?.Length > FirefoxProfiles.ScriptLimit)
            {
                throw new HomeFileException($"'{path}' in the home of '{account.Name}' would be larger than {FirefoxProfiles.ScriptLimit} bytes; it was left as it is.");
            }

            if (content is null)
            {
                _files.Delete(account, path);
            }
            else if (!content.AsSpan().SequenceEqual(old))
            {
                _files.Write(account, path, content);
            }

            return true;
        }
        catch (HomeFileException failure)
        {
            problems.Add(failure.Message);
            return false;
        }
    }

    private void Clean(string path, IReadOnlyList<string> statements, List<string> problems)
    {
        try
        {
            if (_files.Read(account, path, FirefoxProfiles.PreferencesLimit) is { } old &&
                Script.Without(old, statements) is var content && content.Length < old.Length)
            {
                _files.Write(account, path, content);
            }
        }
        catch (HomeFileException failure)
        {
            problems.Add(failure.Message);
        }
    }

    private async Task<IReadOnlyList<string>> RecallAsync() => await context.Store.GetAsync(Key) is { } text
        ? [.. JsonNode.Parse(text)!.AsArray().Select(statement => (string)statement!)]
        : [];

    private async Task RememberAsync(List<string> statements)
    {
        var known = await RecallAsync();
        var all = known.Union(statements, StringComparer.Ordinal).ToList();
        if (all.Count > known.Count)
        {
            await context.Store.SetAsync(Key, new JsonArray([.. all.Select(statement => (JsonNode)JsonValue.Create(statement))]).ToJsonString());
        }
    }

    /// <summary>Whether one runs, or may.</summary>
    private async Task<bool> IsFirefoxRunningAsync(CancellationToken cancellationToken)
    {
        const int NoneFound = 1;
        var result = await context.Machine.Commands.RunAsync(
            new CommandLine("pgrep", "--uid", account.Uid.ToString(CultureInfo.InvariantCulture), "--exact", "firefox(-esr|-bin)?|iceweasel"), cancellationToken);
        return result.ExitCode != NoneFound;
    }

    [LoggerMessage(1, LogLevel.Warning, "[BROWSER] Not all of what a policy had set in Firefox of {User} was undone. {Problem}")]
    private static partial void LogNotUndone(ILogger logger, string user, string problem);
}
