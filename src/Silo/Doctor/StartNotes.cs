using System.Globalization;

namespace Ahenk.Silo.Doctor;

/// <summary>
/// The daemon's last starts and orderly ends, in the file <c>starts</c> of its state directory: a start that no end follows was ended by a crash. Not in the database,
/// which may be the reason.
/// </summary>
internal sealed class StartNotes(string stateDirectory, TimeProvider time)
{
    private const int MostLines = 64;
    private const long MostBytes = 64 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.Combine(stateDirectory, "starts");

    /// <summary>Notes that the daemon starts.</summary>
    /// <returns>Why it could not be noted; <see langword="null"/>: it was.</returns>
    public string? NoteStart() => Append("start");

    /// <summary>Notes that it ends, and how.</summary>
    /// <returns>As above.</returns>
    public string? NoteEnd(int exitCode) => Append(string.Create(CultureInfo.InvariantCulture, $"end {exitCode}"));

    /// <summary>Starts after a given moment whose daemons did not end as asked; the one that runs now is not among them.</summary>
    /// <param name="since">The moment.</param>
    /// <param name="isRunning">Whether the last one is still running.</param>
    /// <exception cref="IOException">The notes cannot be read.</exception>
    public int CountCrashes(DateTimeOffset since, bool isRunning)
    {
        var crashes = 0;
        DateTimeOffset? open = null;
        foreach (var line in Read())
        {
            if (line.Split(' ', 2) is not [var moment, var what] || !DateTimeOffset.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            {
                continue;
            }

            if (what == "start")
            {
                crashes += open > since ? 1 : 0;
                open = at;
            }
            else
            {
                crashes += what != "end 0" && at > since ? 1 : 0;
                open = null;
            }
        }

        return crashes + (open > since && !isRunning ? 1 : 0);
    }

    private string? Append(string what)
    {
        var unfinished = _path + ".new";
        try
        {
            File.Delete(unfinished);
            using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            using (var writer = new StreamWriter(stream))
            {
                foreach (var line in Read().TakeLast(MostLines - 1).Append(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():O} {what}")))
                {
                    writer.WriteLine(line);
                }
            }

            File.Move(unfinished, _path, overwrite: true);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private string[] Read() => new FileInfo(_path) is { Exists: true, LinkTarget: null, Length: <= MostBytes } ? File.ReadAllLines(_path) : [];
}
