using Ahenk.Configuration;

namespace Ahenk.Silo.Offline;

/// <summary>Carries a word out and returns the exit code.</summary>
/// <param name="configurationFile">The main configuration file.</param>
/// <param name="arguments">What follows the word.</param>
internal delegate Task<int> OfflineWord(string configurationFile, string[] arguments);

/// <summary>
/// What this program does instead of being the daemon: <c>ahenkd WORD [--config FILE] [ARGUMENT...]</c>. The <c>ahenk</c> command runs it where the daemon does not
/// answer, or must not run.
/// </summary>
internal static class OfflineWords
{
    private static readonly Dictionary<string, OfflineWord> Words = new(StringComparer.Ordinal)
    {
        ["import"] = Import.ImportWord.RunAsync,
        ["doctor"] = OfflineDoctor.RunAsync,
        ["clean"] = CleanWord.RunAsync,
    };

    /// <summary>The word that a command line begins with, ready to be carried out; <see langword="null"/>: it is none.</summary>
    public static Func<Task<int>>? Find(string[] arguments) => arguments switch
    {
        [var name, "--config", var file, .. var rest] when Words.TryGetValue(name, out var word) => () => word(file, rest),
        [var name, .. var rest] when Words.TryGetValue(name, out var word) => () => word(ConfigurationFiles.DefaultPath, rest),
        _ => null,
    };
}
