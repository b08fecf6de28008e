using System.Globalization;
using System.Text;

namespace Ahenk.FileTransfer.Ssh;

/// <summary>
/// The known-hosts file of the agent: the first key that a server shows is recorded, and from then on it is the only one (trust on first use). The form is
/// OpenSSH's (sshd(8)), <c>[host]:port type base64</c>, so that <c>ssh-keyscan</c> can fill it beforehand. A line that is not understood makes the file
/// unusable: passing over it could mean trusting a key that the line forbids.
/// </summary>
internal sealed class HostKeyStore(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly Lock _lock = new();

    /// <summary>A recorded key and the line it stands in.</summary>
    internal sealed record Entry(int Line, HostKey Key);

    /// <summary>The keys that are recorded for a server.</summary>
    /// <exception cref="HostKeyException">The file cannot be used.</exception>
    public IReadOnlyList<Entry> Find(string host, int port)
    {
        lock (_lock)
        {
            return Entries(ReadLines(), host, port);
        }
    }

    /// <summary>Compares the key that a server shows with those recorded for it; records it when there is none.</summary>
    /// <returns>Whether it was recorded just now.</returns>
    /// <exception cref="HostKeyException">It is another key, or it could not be recorded.</exception>
    public bool Check(string host, int port, byte[] blob)
    {
        var shown = HostKey.Parse(blob) ?? throw new HostKeyException("The file server shows a host key of a kind that the agent does not know.");
        lock (_lock)
        {
            var lines = ReadLines();
            var recorded = Entries(lines, host, port);
            if (recorded.Any(entry => entry.Key.Matches(shown)))
            {
                return false;
            }

            if (recorded.Count > 0)
            {
                // Only keys of recorded types are asked for, so there is one of this type; if a server ignores that, its answer is refused all the same.
                var entry = recorded.FirstOrDefault(entry => entry.Key.Type == shown.Type) ?? recorded[0];
                throw new HostKeyException(
                    $"The file server shows another host key ({shown.Type} {shown.Fingerprint}) than the one recorded for it ({entry.Key.Fingerprint}). Either " +
                    "the server was set up anew, or somebody stands between it and this machine. If the administrator of the file server confirms the new key, " +
                    $"remove line {entry.Line} of {path} and try again.");
            }

            Append(lines, $"[{host.ToLowerInvariant()}]:{port.ToString(CultureInfo.InvariantCulture)} {shown.Type} {Convert.ToBase64String(shown.Blob)}");
            return true;
        }
    }

    /// <summary>What to say when a server has no key of a recorded type any more.</summary>
    public string DescribeMissing(IReadOnlyList<Entry> recorded) =>
        $"The server may have no {recorded[0].Key.Type} key any more, which is what is recorded for it. If the administrator of the file server confirms that, " +
        $"remove line {recorded[0].Line} of {path} and try again.";

    private static bool Names(string hosts, string host, int port) => hosts.Split(',').Any(name =>
        string.Equals(name, $"[{host}]:{port.ToString(CultureInfo.InvariantCulture)}", StringComparison.OrdinalIgnoreCase) ||
        (port == 22 && string.Equals(name, host, StringComparison.OrdinalIgnoreCase)));

    private List<Entry> Entries(string[] lines, string host, int port)
    {
        var entries = new List<Entry>();
        for (var index = 0; index < lines.Length; index++)
        {
            var words = lines[index].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#')
            {
                continue;
            }

            var blob = new byte[lines[index].Length];
            if (words.Length < 3 || words[0][0] is '|' or '@' || words[0].AsSpan().IndexOfAny("*?!") >= 0 ||
                !Convert.TryFromBase64String(words[2], blob, out var length) ||
                HostKey.Parse(blob[..length]) is not { } key || key.Type != words[1])
            {
                throw new HostKeyException(
                    $"Line {index + 1} of {path} is not understood. A line has the form [host]:port, type and key in Base64; hashed names, patterns, markers and " +
                    "other types of keys than Ed25519, ECDSA and RSA are not supported. Correct or remove the line.");
            }

            if (Names(words[0], host, port))
            {
                entries.Add(new Entry(index + 1, key));
            }
        }

        return entries;
    }

    private string[] ReadLines()
    {
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            return (File.GetUnixFileMode(path) & WritableByOthers) == 0
                ? File.ReadAllLines(path)
                : throw new HostKeyException($"Others than the owner may write to {path}, so what it says cannot be trusted. Check it, and set its mode to 0600.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostKeyException($"The file {path} cannot be read: {Errand.Show(failure.Message)}", failure);
        }
    }

    private void Append(string[] lines, string line)
    {
        // A reader sees the old file or the new one, also after a power cut.
        var temporary = $"{path}.new";
        try
        {
            File.Delete(temporary);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Append(line).Select(text => $"{text}\n"))));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HostKeyException(
                $"The host key of the file server could not be recorded in {path}, so nothing was sent: {Errand.Show(failure.Message)} Mend that and try again.",
                failure);
        }
    }
}
