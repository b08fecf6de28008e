namespace Ahenk.Cli;

/// <summary>Colours, on a terminal only and not where NO_COLOR is set.</summary>
internal static class Terminal
{
    private static readonly bool HasColours =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>All is well.</summary>
    public static string Good(string text) => Paint(text, 32);

    /// <summary>Somebody should look at it.</summary>
    public static string Doubtful(string text) => Paint(text, 33);

    /// <summary>Something is wrong.</summary>
    public static string Bad(string text) => Paint(text, 31);

    private static string Paint(string text, int colour) => HasColours ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
