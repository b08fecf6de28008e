using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.PluginTesting;

/// <summary>A file server that is a dictionary, and a private directory that goes when the test ends.</summary>
public sealed class FakeFiles : IPluginFiles, IDisposable
{
    private string? _directory;
    private int _fetched;

    /// <summary>Whether the task brought a file server. Default: as soon as something is in <see cref="Remote"/>.</summary>
    public bool? Server { get; set; }

    /// <summary>What is on the file server: contents by path.</summary>
    public IDictionary<string, byte[]> Remote { get; } = new Dictionary<string, byte[]>();

    public bool HasServer => Server ?? Remote.Count > 0;

    /// <summary>The private directory.</summary>
    public string Directory => _directory ??= System.IO.Directory.CreateTempSubdirectory("ahenk-files-").FullName;

    /// <summary>Puts a text on the file server.</summary>
    public FakeFiles With(string path, string text)
    {
        Remote[path] = Encoding.UTF8.GetBytes(text);
        return this;
    }

    public async Task<string> FetchAsync(string remotePath, CancellationToken cancellationToken)
    {
        if (!HasServer)
        {
            throw new FileServerException("The task brought no file server.");
        }

        var content = Remote.TryGetValue(remotePath, out var found) ? found : throw new FileServerException($"{remotePath} is not on the file server.");
        var file = NewFile($"fetched-{Interlocked.Increment(ref _fetched)}");
        await File.WriteAllBytesAsync(file, content, cancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    public string NewFile(string name) => Path.Combine(Directory, name);

    public void Dispose()
    {
        if (_directory is not null)
        {
            System.IO.Directory.Delete(_directory, recursive: true);
        }
    }
}
