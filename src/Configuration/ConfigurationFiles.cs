namespace Ahenk.Configuration;

/// <summary>A value and where it stands.</summary>
/// <param name="Value">The value.</param>
/// <param name="File">The file.</param>
/// <param name="Line">The line, counted from 1.</param>
public sealed record FoundValue(string Value, string File, int Line);

/// <summary>Reads <c>ahenk.conf</c> and the files of the <c>config.d</c> beside it, which override it in the order of their names.</summary>
public sealed class ConfigurationFiles
{
    /// <summary>Where the configuration is.</summary>
    public const string DefaultPath = "/etc/ahenk/ahenk.conf";

    private readonly List<Layer> _layers = [];
    private readonly List<ConfigurationProblem> _problems = [];

    private ConfigurationFiles(string path) => MainFile = Path.GetFullPath(path);

    /// <summary>The main file, as a full path.</summary>
    public string MainFile { get; }

    /// <summary>All files that are read, in their order.</summary>
    public IReadOnlyList<string> All => [.. _layers.Select(layer => layer.File)];

    /// <summary>What is wrong with the files themselves.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    internal IEnumerable<Layer> Layers => _layers;

    /// <summary>Reads the files. What is wrong with them is found in <see cref="Problems"/>.</summary>
    /// <param name="path">The main file.</param>
    public static ConfigurationFiles Read(string path) => Read(path, null);

    /// <summary>Reads the files as they would be with a changed one.</summary>
    internal static ConfigurationFiles Read(string path, ConfigurationFile? changed)
    {
        var files = new ConfigurationFiles(path);
        files.Add(files.MainFile, changed, isMain: true);
        var folder = Path.Combine(Path.GetDirectoryName(files.MainFile)!, "config.d");
        try
        {
            if (Directory.Exists(folder))
            {
                foreach (var file in Directory.EnumerateFiles(folder).Where(IsConfiguration).Order(StringComparer.Ordinal))
                {
                    files.Add(file, changed, isMain: false);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            files._problems.Add(new ConfigurationProblem(true, $"The directory {folder} cannot be read: {failure.Message}") { File = folder });
        }

        return files;
    }

    /// <summary>The value that counts; <see langword="null"/> when no file has the key or the value is empty.</summary>
    public FoundValue? Find(string section, string key) => FindLast(section, key) is { Value.Length: > 0 } found ? found : null;

    /// <summary>The last place where the key stands, even when it has no value there.</summary>
    public FoundValue? FindLast(string section, string key)
    {
        for (var layer = _layers.Count - 1; layer >= 0; layer--)
        {
            var (file, lines, _) = _layers[layer];
            for (var index = 0; index < lines.Count; index++)
            {
                if (lines[index].Is(section, key))
                {
                    return new FoundValue(ValueOf(lines[index]), file, index + 1);
                }
            }
        }

        return null;
    }

    /// <summary>Of a secret every character between quotes counts. Elsewhere spaces at the ends are slips and mean nothing, as in every file before.</summary>
    private static string ValueOf(IniLine line) => line.IsQuoted && ConfigurationKeys.Find(line.Section, line.Key) is { IsSecret: true } ? line.Value : line.Value.Trim();

    private static bool IsConfiguration(string path)
    {
        var name = Path.GetFileName(path);
        return name[0] != '.' && !name.EndsWith('~') && !name.Contains(".dpkg-", StringComparison.Ordinal) && !name.EndsWith(".bak", StringComparison.Ordinal);
    }

    private void Add(string file, ConfigurationFile? changed, bool isMain)
    {
        try
        {
            var content = FileContent.Read(file, followLinks: true);
            var bytes = changed?.FullPath == file ? changed.ToBytes() : content?.Bytes;
            if (bytes is not null)
            {
                var lines = IniDocument.Parse(bytes);
                FindFlaws(file, lines);
                _layers.Add(new Layer(file, lines, content?.Status));
            }
            else if (isMain)
            {
                throw new ConfigurationException($"The configuration file {file} does not exist. Name another one with --config FILE.");
            }
        }
        catch (ConfigurationException flaw)
        {
            _problems.Add(new ConfigurationProblem(true, flaw.Message) { File = file });
        }
    }

    private void FindFlaws(string file, List<IniLine> lines)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < lines.Count; index++)
        {
            var line = lines[index];
            if (line.Kind == IniLineKind.Malformed)
            {
                // Not quoted: it may hold a password.
                _problems.Add(new ConfigurationProblem(true, $"Line {index + 1} of the configuration file {file} is neither [SECTION] nor key = value.")
                {
                    File = file,
                    Line = index + 1,
                });
            }
            else if (line.Kind == IniLineKind.Entry && !seen.TryAdd($"{line.Section}\n{line.Key}", index + 1))
            {
                var first = seen[$"{line.Section}\n{line.Key}"];
                _problems.Add(new ConfigurationProblem(true, $"[{line.Section}] {line.Key} stands twice in {file}, in lines {first} and {index + 1}. Remove one of them.")
                {
                    File = file,
                    Line = index + 1,
                    Section = line.Section,
                    Key = line.Key,
                });
            }
        }
    }

    /// <summary>One file.</summary>
    internal sealed record Layer(string File, IReadOnlyList<IniLine> Lines, FileCalls.FileStatus? Status);
}
