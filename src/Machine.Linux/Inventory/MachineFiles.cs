using System.Globalization;
using System.Text;

namespace Ahenk.Machine.Linux.Inventory;

/// <summary>
/// Reads files of the kernel and of the system below a root. Everything is bounded, and what cannot be read is absent: firmware,
/// devices and administrators write these texts.
/// </summary>
/// <param name="root">The directory that stands for <c>/</c>.</param>
internal sealed class MachineFiles(string root)
{
    private const int MaxFileBytes = 1 << 20;
    private const int MaxValueLength = 256;
    private const int MaxEntries = 4096;

    /// <summary>The file's bytes, at most 1 MiB, or <see langword="null"/>.</summary>
    public byte[]? ReadBytes(string path)
    {
        try
        {
            // Files of /proc and /sys say nothing of their length.
            using var stream = new FileStream(Locate(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int count;
            while (content.Length < MaxFileBytes && (count = stream.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, count);
            }

            return content.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The file's lines; none where it cannot be read.</summary>
    public IEnumerable<string> ReadLines(string path) =>
        ReadBytes(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\n') : [];

    /// <summary>The file's first line, tidied, or <see langword="null"/> where there is none.</summary>
    public string? ReadValue(string path) => Tidy(ReadLines(path).FirstOrDefault());

    /// <summary>The file's whole number, or <see langword="null"/>.</summary>
    public long? ReadNumber(string path) =>
        long.TryParse(ReadValue(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The names in a directory, files and directories, in ordinal order; none where it cannot be read.</summary>
    public IReadOnlyList<string> List(string path)
    {
        try
        {
            var names = Directory.EnumerateFileSystemEntries(Locate(path)).Take(MaxEntries).Select(entry => Path.GetFileName(entry)).ToList();
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Whether a file or directory is there; a link counts by itself, wherever it leads.</summary>
    public bool Exists(string path)
    {
        var place = Locate(path);
        return Path.Exists(place) || new FileInfo(place).LinkTarget is not null;
    }

    /// <summary>Without control characters and blanks at the ends, of bounded length; <see langword="null"/> where nothing remains.</summary>
    public static string? Tidy(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var clean = new StringBuilder(Math.Min(text.Length, MaxValueLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= MaxValueLength)
            {
                break;
            }

            if (!Rune.IsControl(rune))
            {
                clean.Append(rune.ToString());
            }
        }

        var value = clean.ToString().Trim();
        return value.Length == 0 ? null : value;
    }

    private string Locate(string path) => Path.Join(root, path);
}
