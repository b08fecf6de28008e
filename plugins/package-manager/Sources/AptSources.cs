using System.Text;
using System.Text.RegularExpressions;

namespace Ahenk.Plugins.PackageManager.Sources;

/// <summary>
/// apt's list of repositories: <c>sources.list</c>, and in <c>sources.list.d</c> files of the one-line form (<c>.list</c>) and of the other one
/// (<c>.sources</c>). Other files are not apt's, and are not read.
/// </summary>
/// <param name="directory">Where sources.list is.</param>
internal sealed partial class AptSources(string directory)
{
    private const UnixFileMode NewFile = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Every byte is a character and back again: comments in any encoding stay as they are.</summary>
    private static readonly Encoding Bytes = Encoding.Latin1;

    private readonly string _parts = Path.Combine(directory, "sources.list.d");

    /// <summary>All that are in use, in apt's order.</summary>
    public IReadOnlyList<SourceLine> List() => [.. Files().SelectMany(file => SourcesOf(file, File.ReadAllText(file, Bytes)))];

    /// <summary>Those of some that are not in use, each once.</summary>
    public IReadOnlyList<SourceLine> FindMissing(IEnumerable<SourceLine> wanted)
    {
        var missing = new List<SourceLine>();
        var there = List();
        foreach (var line in wanted)
        {
            if (!there.Concat(missing).Any(other => other.Covers(line)))
            {
                missing.Add(line);
            }
        }

        return missing;
    }

    /// <summary>Adds lines to a file of the one-line form.</summary>
    /// <param name="name">Its name in sources.list.d.</param>
    /// <param name="lines">The lines.</param>
    public void Add(string name, IEnumerable<SourceLine> lines)
    {
        Directory.CreateDirectory(_parts);
        var file = Path.Combine(_parts, name);
        var text = File.Exists(file) ? File.ReadAllText(file, Bytes) : "";
        text += text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
        Write(file, text + string.Concat(lines.Select(line => line + "\n")));
    }

    /// <summary>Takes a repository out, wherever it stands, as <see cref="List"/> shows it.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(SourceLine line)
    {
        var found = false;
        foreach (var file in Files())
        {
            var text = File.ReadAllText(file, Bytes);
            if (SourcesOf(file, text).Any(source => source.ToString() == line.ToString()))
            {
                found = true;
                Write(file, IsDeb822(file) ? RemoveParagraphs(text, line) : RemoveLines(text, line));
            }
        }

        return found;
    }

    /// <summary>Deletes a file of sources.list.d; does nothing when it is not there.</summary>
    public void Delete(string name)
    {
        if (Directory.Exists(_parts))
        {
            File.Delete(Path.Combine(_parts, name));
        }
    }

    private IEnumerable<string> Files()
    {
        var main = Path.Combine(directory, "sources.list");
        var parts = Directory.Exists(_parts) ? Directory.GetFiles(_parts).Where(file => PartName().IsMatch(Path.GetFileName(file))) : [];
        return parts.Order(StringComparer.Ordinal).Prepend(main).Where(File.Exists);
    }

    private static IEnumerable<SourceLine> SourcesOf(string file, string text) => IsDeb822(file)
        ? Deb822.ParseFile(text).SelectMany(paragraph => paragraph.Sources)
        : text.Split('\n').Select(SourceLine.Parse).OfType<SourceLine>();

    private static bool IsDeb822(string file) => file.EndsWith(".sources", StringComparison.Ordinal);

    private static string RemoveLines(string text, SourceLine removed) =>
        string.Join('\n', text.Split('\n').Where(line => SourceLine.Parse(line)?.ToString() != removed.ToString()));

    private static string RemoveParagraphs(string text, SourceLine removed) => string.Concat(Deb822.ParseFile(text)
        .SelectMany(paragraph => paragraph.Sources.Any(source => source.ToString() == removed.ToString()) ? paragraph.Without(removed) : [paragraph])
        .Select(paragraph => paragraph.Text));

    /// <summary>As a whole or not at all: apt cannot read half a file. A link, as it comes from configuration management, is written through.</summary>
    private static void Write(string file, string text)
    {
        file = new FileInfo(file).LinkTarget is null ? file : File.ResolveLinkTarget(file, returnFinalTarget: true)!.FullName;
        var mode = File.Exists(file) ? File.GetUnixFileMode(file) : NewFile;

        // apt leaves out files whose name begins with a dot.
        var temporary = Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.ahenk");
        File.Delete(temporary);
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }))
            {
                stream.Write(Bytes.GetBytes(text));
                File.SetUnixFileMode(stream.SafeFileHandle, mode);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9_.-]*\.(list|sources)\z")]
    private static partial Regex PartName();
}
