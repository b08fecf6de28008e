using Serilog.Events;

namespace Ahenk.Silo.Logging;

/// <summary>The words for levels.</summary>
internal static class LogLevels
{
    private static readonly (string Word, LogEventLevel Level)[] Words =
    [
        ("debug", LogEventLevel.Debug), ("info", LogEventLevel.Information), ("warning", LogEventLevel.Warning), ("error", LogEventLevel.Error),
    ];

    /// <summary>All words.</summary>
    public static string Allowed => string.Join(", ", Words.Select(item => item.Word));

    /// <summary>The level of a word, or <see langword="null"/>.</summary>
    public static LogEventLevel? Parse(string word) =>
        Words.Where(item => string.Equals(item.Word, word, StringComparison.OrdinalIgnoreCase)).Select(item => (LogEventLevel?)item.Level).FirstOrDefault();

    /// <summary>The word of a level.</summary>
    public static string Word(LogEventLevel level) => Words.First(item => item.Level == level).Word;
}
