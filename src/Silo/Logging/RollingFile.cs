using System.Globalization;
using System.Text.RegularExpressions;
using Ahenk.Configuration;

namespace Ahenk.Silo.Logging;

/// <summary>How large and how old a rolled file may become.</summary>
/// <param name="MostBytes">Of all its files together.</param>
/// <param name="Keep">Of the files that are closed; <see langword="null"/>: as long as there is room.</param>
internal readonly record struct RollingLimits(long MostBytes, TimeSpan? Keep);

/// <summary>
/// A file that is only ever appended to, under a name that stays: when the day changes or the file is an eighth of what is allowed, it is renamed to
/// <c>NAME-DAY.NUMBER.EXTENSION</c> and begun anew, and the oldest files go. Not for use by several threads at once.
/// </summary>
internal sealed partial class RollingFile : IDisposable
{
    private const long LeastBytes = 256 * 1024;
    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly string _path;
    private readonly UnixFileMode _mode;
    private readonly Func<RollingLimits> _limits;
    private readonly TimeProvider _time;
    private FileStream? _stream;
    private DateOnly _day;
    private long _lookedAt;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Who may read and write it.</param>
    /// <param name="limits">Asked whenever they matter, so that they can change.</param>
    /// <param name="time">The clock.</param>
    public RollingFile(string path, UnixFileMode mode, Func<RollingLimits> limits, TimeProvider time)
    {
        _path = path;
        _mode = mode;
        _limits = limits;
        _time = time;
    }

    private DateOnly Today => DateOnly.FromDateTime(_time.GetLocalNow().Date);

    private string Folder => Path.GetDirectoryName(_path)!;

    /// <summary>Appends whole lines.</summary>
    /// <exception cref="IOException">They cannot be written; the next attempt opens the file anew.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            var stream = Open(lines.Length);
            var whole = stream.Length;
            try
            {
                stream.Write(lines);
            }
            catch (IOException)
            {
                // A disk that fills up takes the beginning: it must not stand there twice when all is tried again.
                stream.SetLength(whole);
                throw;
            }
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Brings what was written to the disk.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Flush() => _stream?.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose() => Close();

    private FileStream Open(int more)
    {
        CloseIfGone();
        _stream ??= Begin();
        if (_stream.Length > 0 && (_day != Today || _stream.Length + more > Math.Max(LeastBytes, _limits().MostBytes / 8)))
        {
            Close();
            Roll();
            _stream = Begin();
        }

        _day = Today;
        return _stream;
    }

    private FileStream Begin()
    {
        Directory.CreateDirectory(Folder, DirectoryMode);
        Prune();
        var handle = FileCalls.Open(
            _path, FileCalls.ReadWrite | FileCalls.Append | FileCalls.Create | FileCalls.NoFollow | FileCalls.NonBlocking | FileCalls.CloseOnExec, (uint)_mode);
        if (handle.IsInvalid)
        {
            throw new IOException(FileCalls.Failure == FileCalls.TooManyLinks ? $"{_path} is a symbolic link, which is not followed." : $"{_path}: {FileCalls.FailureText}");
        }

        if (FileCalls.Status(handle) is not { IsRegular: true })
        {
            handle.Dispose();
            throw new IOException($"{_path} is not a regular file.");
        }

        var stream = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
        try
        {
            File.SetUnixFileMode(handle, _mode);
            _day = stream.Length > 0 ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(File.GetLastWriteTimeUtc(handle), _time.LocalTimeZone)) : Today;
            EndTornLine(stream);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A line that was being written when the machine went down has no end.</summary>
    private static void EndTornLine(FileStream stream)
    {
        Span<byte> last = stackalloc byte[1];
        if (stream.Length > 0 && RandomAccess.Read(stream.SafeFileHandle, last, stream.Length - 1) == 1 && last[0] != (byte)'\n')
        {
            stream.Write("\n"u8);
        }
    }

    private void Roll()
    {
        var number = Rolled().Where(file => file.Day == _day).Select(file => file.Number).DefaultIfEmpty(0).Max() + 1;
        File.Move(_path, Path.Combine(Folder, string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(_path)}-{_day:yyyy-MM-dd}.{number}{Path.GetExtension(_path)}")));
    }

    /// <summary>Deletes the oldest: there must be room for a whole new file.</summary>
    private void Prune()
    {
        var limits = _limits();
        var room = limits.MostBytes - Math.Max(LeastBytes, limits.MostBytes / 8);
        foreach (var file in Rolled().OrderByDescending(file => (file.Day, file.Number)))
        {
            room -= file.Length;
            if (room < 0 || (limits.Keep is { } keep && file.Day < Today.AddDays(-(int)keep.TotalDays)))
            {
                File.Delete(file.Path);
            }
        }
    }

    private IEnumerable<(string Path, DateOnly Day, int Number, long Length)> Rolled()
    {
        var (name, extension) = (Path.GetFileNameWithoutExtension(_path) + "-", Path.GetExtension(_path));
        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles())
        {
            if (file.Name.StartsWith(name, StringComparison.Ordinal) && file.Name.EndsWith(extension, StringComparison.Ordinal) &&
                file.Name.Length > name.Length + extension.Length && Mark().Match(file.Name[name.Length..^extension.Length]) is { Success: true } mark &&
                DateOnly.TryParseExact(mark.Groups[1].ValueSpan, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                yield return (file.FullName, day, int.Parse(mark.Groups[2].ValueSpan, CultureInfo.InvariantCulture), file.Length);
            }
        }
    }

    /// <summary>Somebody may have moved the file away or deleted it: what is written then would be in no directory.</summary>
    private void CloseIfGone()
    {
        if (_stream is not null && _time.GetElapsedTime(_lookedAt) > TimeSpan.FromSeconds(1))
        {
            _lookedAt = _time.GetTimestamp();
            if (!File.Exists(_path))
            {
                Close();
            }
        }
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }

    [GeneratedRegex(@"^([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,8})$", RegexOptions.CultureInvariant)]
    private static partial Regex Mark();
}
