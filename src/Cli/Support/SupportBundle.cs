using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Ahenk.Cli.Support;

/// <summary>A part of a bundle.</summary>
/// <param name="Name">Its name in the bundle.</param>
/// <param name="Text">What is in it, without secrets.</param>
/// <param name="Problem">Why it is not there.</param>
internal sealed record SupportPart(string Name, string? Text, string? Problem);

/// <summary>Writes a bundle: a .tar.gz that its owner alone can read.</summary>
internal static class SupportBundle
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes it.</summary>
    /// <exception cref="IOException">It exists, or cannot be written; then nothing is left of it.</exception>
    public static async Task WriteAsync(string path, IReadOnlyList<SupportPart> parts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        try
        {
            await using var packed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
            await using var archive = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true);
            var folder = Path.GetFileName(path).Replace(".tar.gz", "", StringComparison.Ordinal);
            await AddAsync(archive, $"{folder}/MANIFEST.txt", Manifest(parts, now), now, cancellationToken);
            foreach (var part in parts.Where(part => part.Text is not null))
            {
                await AddAsync(archive, $"{folder}/{part.Name}", part.Text!, now, cancellationToken);
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static async Task AddAsync(TarWriter archive, string name, string text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = OwnerOnly, ModificationTime = now }, cancellationToken);
    }

    private static string Manifest(IReadOnlyList<SupportPart> parts, DateTimeOffset now)
    {
        var text = new StringBuilder($"Made by 'ahenk support-bundle' at {now:yyyy-MM-dd HH:mm:ss} UTC. Secrets that are known by value or by name are written as ***.\n\n");
        foreach (var part in parts)
        {
            text.Append(part.Text is null ? $"{part.Name}: not here. {part.Problem}\n" : $"{part.Name}: {Encoding.UTF8.GetByteCount(part.Text)} bytes\n");
        }

        return text.ToString();
    }
}
