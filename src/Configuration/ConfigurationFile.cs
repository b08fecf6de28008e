namespace Ahenk.Configuration;

/// <summary>
/// Changes one configuration file and leaves everything else in it as it was: comments, order, blank lines, spelling, line ends, bytes that are not UTF-8.
/// </summary>
public sealed class ConfigurationFile
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileCalls.FileStatus? _found;
    private readonly List<IniLine> _lines;

    private ConfigurationFile(string path, FileContent? content)
    {
        FullPath = path;
        _found = content?.Status;
        _lines = IniDocument.Parse(content?.Bytes ?? []);
    }

    /// <summary>The file.</summary>
    public string FullPath { get; }

    /// <summary>Reads a file to change it; one that does not exist is made by <see cref="Save"/>.</summary>
    /// <exception cref="ConfigurationException">
    /// It is a symbolic link, or it or its directory can be written by others: then somebody could have the agent change what it must not.
    /// </exception>
    public static ConfigurationFile Open(string path)
    {
        var full = Path.GetFullPath(path);
        RequireOwnDirectory(Path.GetDirectoryName(full)!);
        var content = FileContent.Read(full, followLinks: false);
        return content is { Status.IsWritableByOthers: true }
            ? throw new ConfigurationException(
                $"{full} can be written by other users, so it is not changed. Look at what is in it, then: chown root:root {full}; chmod 600 {full}")
            : new ConfigurationFile(full, content);
    }

    /// <summary>What the file would hold.</summary>
    public byte[] ToBytes() => IniDocument.ToBytes(_lines);

    /// <summary>Sets a key: where it stands, else at the end of its section, else in a new section at the end.</summary>
    /// <returns>The line it stands in, counted from 1.</returns>
    /// <exception cref="ConfigurationException">The key stands twice, or the value cannot be written.</exception>
    public int Set(string section, string key, string value)
    {
        var encoded = Encode(key, value);
        var index = Find(section, key);
        if (index >= 0)
        {
            var line = _lines[index];
            var text = line.Text[..line.ValueStart] + encoded + line.Text[(line.ValueStart + line.ValueLength)..];
            _lines[index] = IniDocument.ParseLine(text, line.End, line.Section);
            return index + 1;
        }

        var place = _lines.FindLastIndex(line => IniDocument.IsSame(line.Section, section) && line.Kind is IniLineKind.Section or IniLineKind.Entry);
        return (place >= 0 ? InsertAfter(place, key, encoded) : Append(section, key, encoded)) + 1;
    }

    /// <summary>Takes a key out.</summary>
    /// <returns>Whether it was there.</returns>
    /// <exception cref="ConfigurationException">The key stands twice.</exception>
    public bool Remove(string section, string key)
    {
        var index = Find(section, key);
        if (index < 0)
        {
            return false;
        }

        _lines.RemoveAt(index);
        return true;
    }

    /// <summary>Writes the file beside the old one and puts it in its place: a crash leaves the old or the new one, whole. Mode 0600.</summary>
    /// <exception cref="ConfigurationException">It cannot be written, or somebody else has changed it meanwhile.</exception>
    public void Save()
    {
        RequireUnchanged();
        var folder = Path.GetDirectoryName(FullPath)!;

        // Names with a dot are not read as configuration.
        var beside = Path.Combine(folder, $".{Path.GetFileName(FullPath)}.{Path.GetRandomFileName()}");
        try
        {
            try
            {
                Write(beside);
                File.Move(beside, FullPath, overwrite: true);
            }
            catch
            {
                File.Delete(beside);
                throw;
            }

            using var directory = FileCalls.Open(folder, FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec);
            if (directory.IsInvalid || FileCalls.Synchronise(directory) != 0)
            {
                throw new IOException($"the directory is not on the disk yet: {FileCalls.FailureText}");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {FullPath} cannot be written: {failure.Message}", failure);
        }
    }

    /// <summary>Nobody else may have a say in what is in it.</summary>
    /// <exception cref="ConfigurationException">Others can write it, or it cannot be read.</exception>
    internal static void RequireOwnDirectory(string folder)
    {
        using var handle = FileCalls.Open(folder, FileCalls.ReadOnly | FileCalls.OnlyDirectory | FileCalls.CloseOnExec);
        if (handle.IsInvalid || FileCalls.Status(handle) is not { } status)
        {
            throw new ConfigurationException($"The directory {folder} cannot be read: {FileCalls.FailureText}.");
        }

        if (status.IsWritableByOthers && !status.IsSticky)
        {
            throw new ConfigurationException(
                $"The directory {folder} can be written by other users, so nothing in it is changed. Look at what is in it, then: chown root:root {folder}; chmod 755 {folder}");
        }
    }

    private static string Encode(string key, string value)
    {
        if (value.Any(char.IsControl))
        {
            throw new ConfigurationException($"The value of {key} has a line end or another control character in it, which a configuration file cannot hold.");
        }

        var trimmed = value.Trim();
        return IniDocument.Encode(trimmed.Length != value.Length || trimmed is ['"', .., '"'] ? $"\"{value}\"" : value);
    }

    private int Find(string section, string key)
    {
        var index = _lines.FindIndex(line => line.Is(section, key));
        var last = _lines.FindLastIndex(line => line.Is(section, key));
        return index == last
            ? index
            : throw new ConfigurationException($"[{section}] {key} stands twice in {FullPath}, in lines {index + 1} and {last + 1}. Remove one of them first.");
    }

    private int InsertAfter(int place, string key, string encoded)
    {
        var before = _lines[place];
        var end = EndOf(place);
        if (before.End.Length == 0)
        {
            _lines[place] = before with { End = end };
        }

        // Written as the entries before it are.
        var model = before.Kind == IniLineKind.Entry ? before : _lines.FirstOrDefault(line => line.Kind == IniLineKind.Entry);
        var isTight = model is not null && model.ValueLength > 0 && model.Text[model.ValueStart - 1] == '=';
        _lines.Insert(place + 1, IniDocument.ParseLine($"{key}{(isTight ? "=" : " = ")}{encoded}", end, before.Section));
        return place + 1;
    }

    private int Append(string section, string key, string encoded)
    {
        var end = EndOf(_lines.Count - 1);
        if (_lines is [.., { End.Length: 0 } last])
        {
            _lines[^1] = last with { End = end };
        }

        if (_lines is [.., { } before] && before.Text.Trim().Length > 0)
        {
            _lines.Add(IniDocument.ParseLine("", end, before.Section));
        }

        _lines.Add(IniDocument.ParseLine($"[{section}]", end, section));
        return InsertAfter(_lines.Count - 1, key, encoded);
    }

    /// <summary>How lines end around there.</summary>
    private string EndOf(int place) =>
        place >= 0 && _lines[place].End is { Length: > 0 } end ? end : _lines.FirstOrDefault(line => line.End.Length > 0)?.End ?? "\n";

    private void RequireUnchanged()
    {
        var now = FileContent.Read(FullPath, followLinks: false)?.Status;
        if (now is null != _found is null || (now is { } present && _found is { } found && !present.IsSameAs(found)))
        {
            throw new ConfigurationException($"{FullPath} was changed by somebody else meanwhile, so nothing was written. Do it again.");
        }
    }

    private void Write(string path)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = Private,
        });
        stream.Write(ToBytes());
        stream.Flush(flushToDisk: true);
    }
}
