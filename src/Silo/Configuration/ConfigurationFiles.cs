using Microsoft.Extensions.Configuration;

namespace Ahenk.Silo.Configuration;

/// <summary>Reads <c>ahenk.conf</c> and the files of the <c>config.d</c> beside it, which override it in the order of their names.</summary>
public sealed class ConfigurationFiles
{
    private readonly List<(string File, IConfigurationRoot Values)> _layers = [];

    /// <summary>Reads the files.</summary>
    /// <exception cref="ConfigurationException">A file is missing or cannot be understood.</exception>
    public ConfigurationFiles(string path)
    {
        MainFile = Path.GetFullPath(path);
        if (!File.Exists(MainFile))
        {
            throw new ConfigurationException($"The configuration file {MainFile} does not exist. Name another one with --config FILE.");
        }

        Add(MainFile);
        var folder = Path.Combine(Path.GetDirectoryName(MainFile)!, "config.d");
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder).Where(IsConfiguration).Order(StringComparer.Ordinal))
            {
                Add(file);
            }
        }
    }

    /// <summary>The main file, as a full path.</summary>
    public string MainFile { get; }

    /// <summary>The value that counts and the file it stands in; <see langword="null"/> when no file has the key or the value is empty.</summary>
    public (string Value, string File)? Find(string section, string key)
    {
        for (var index = _layers.Count - 1; index >= 0; index--)
        {
            if (_layers[index].Values[$"{section}:{key}"]?.Trim() is { } value)
            {
                return value.Length > 0 ? (value, _layers[index].File) : null;
            }
        }

        return null;
    }

    private static bool IsConfiguration(string path)
    {
        var name = Path.GetFileName(path);
        return name[0] != '.' && !name.EndsWith('~') && !name.Contains(".dpkg-", StringComparison.Ordinal) && !name.EndsWith(".bak", StringComparison.Ordinal);
    }

    private static int? FirstBadLine(string file)
    {
        var lines = File.ReadAllLines(file);
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            if (line.Length > 0 && line[0] is not (';' or '#' or '/') && !(line[0] == '[' && line[^1] == ']') && !line.Contains('=', StringComparison.Ordinal))
            {
                return index + 1;
            }
        }

        return null;
    }

    private void Add(string file)
    {
        try
        {
            _layers.Add((file, new ConfigurationBuilder().AddIniStream(new MemoryStream(File.ReadAllBytes(file))).Build()));
        }
        catch (FormatException failure) when (FirstBadLine(file) is { } line)
        {
            // The parser's own message quotes the line, which may hold a password.
            throw new ConfigurationException($"Line {line} of the configuration file {file} is neither [SECTION] nor key = value.", failure);
        }
        catch (Exception failure) when (failure is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {file} cannot be read: {failure.Message}");
        }
    }
}
