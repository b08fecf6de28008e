using Ahenk.Plugins.Sdk;

namespace Ahenk.Plugins.PackageManager.Changes;

/// <summary>What became of one package.</summary>
/// <param name="Succeeded">Whether it is now as it was asked to be.</param>
/// <param name="Message">One sentence about it, with what apt said when it failed.</param>
internal sealed record ChangeResult(bool Succeeded, string Message)
{
    public static ChangeResult Done(string message) => new(true, message);

    public static ChangeResult Failed(string message) => new(false, message);

    /// <summary>A failure is told before the rest: a message may be cut at its end.</summary>
    public static string Join(IReadOnlyCollection<ChangeResult> results) =>
        string.Join('\n', results.OrderBy(result => result.Succeeded).Select(result => result.Message));

    /// <summary>The sentence for the whole task.</summary>
    public static string Summarise(IReadOnlyCollection<ChangeResult> results) => results.Count(result => !result.Succeeded) is var failed && failed == 0
        ? $"All {results.Count} changes have been made."
        : $"{failed} of {results.Count} changes could not be made.";

    /// <summary>The code for the whole task.</summary>
    public static PluginCode Code(IEnumerable<ChangeResult> results) =>
        results.All(result => result.Succeeded) ? PluginCode.Processed : PluginCode.Error;
}
