namespace Ahenk.Plugins.Script;

/// <summary>What runs a script.</summary>
/// <param name="Program">A program's name, or a path.</param>
/// <param name="Extension">The extension of the script's file.</param>
/// <param name="Package">The package that brings the program, or <see langword="null"/>.</param>
internal sealed record Interpreter(string Program, string Extension, string? Package)
{
    private static readonly Interpreter Bash = new("bash", ".sh", "bash");
    private static readonly Interpreter Python = new("python3", ".py", "python3");
    private static readonly Interpreter Perl = new("perl", ".pl", "perl");
    private static readonly Interpreter Ruby = new("ruby", ".rb", "ruby");

    /// <summary>Its own arguments, before the script's file.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The interpreter of a SCRIPT_TYPE: number, digits or name in any case (PL 17).</summary>
    /// <returns><see langword="null"/> for a type that cannot be run here.</returns>
    public static Interpreter? ForType(string type) => type.ToUpperInvariant() switch
    {
        "0" or "BASH" => Bash,
        "1" or "PYTHON" => Python,
        "2" or "PERL" => Perl,
        "3" or "RUBY" => Ruby,
        _ => null,
    };

    /// <summary>
    /// The interpreter of a script without a type: the one its first line names, as the kernel reads that line (execve(2): one
    /// optional argument, blanks in it included), else bash.
    /// </summary>
    public static Interpreter ForContents(string contents)
    {
        if (!contents.StartsWith("#!", StringComparison.Ordinal))
        {
            return Bash;
        }

        var line = contents[2..].Split('\n', 2)[0].Trim();
        var blank = line.AsSpan().IndexOfAny(' ', '\t');
        var program = blank < 0 ? line : line[..blank];
        return program.Length == 0
            ? Bash
            : new Interpreter(program, "", null) { Options = blank < 0 ? [] : [line[blank..].Trim()] };
    }
}
