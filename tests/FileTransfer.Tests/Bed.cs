using Ahenk.FileServers;
using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.FileTransfer.Tests;

/// <summary>A directory for local files, and clients whose known hosts lie in it.</summary>
internal sealed class Bed : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-files-").FullName;

    public Bed(string? keyFile = null) => Options = new FileTransferOptions { KnownHostsFile = PathOf("known_hosts"), SshKeyFile = keyFile };

    /// <summary>For a server: with its user's key where its user has no password.</summary>
    public Bed(SshTestServer server)
        : this(SshTestServer.HasPasswords ? null : server.KeyFile)
    {
    }

    public FileTransferOptions Options { get; set; }

    public ObservedTime Time { get; } = new();

    public LogSecrets Secrets { get; } = new();

    /// <summary>Where nothing is yet.</summary>
    public string Target => PathOf("target");

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string PathOf(string name) => Path.Combine(_directory, name);

    public FileServerClient Client(Func<string, FileStream>? create = null) =>
        new(Options, Secrets, Time, NullLogger<FileServerClient>.Instance, create ?? LocalTarget.CreateNew);

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }

    public Task FetchAsync(FileServer server, string? path) => Client().FetchAsync(server, path, Target, Cancellation);

    /// <summary>Completes when the first bytes of a fetch are in the target.</summary>
    public async Task FetchBegunAsync()
    {
        while (!(new FileInfo(Target) is { Exists: true, Length: > 0 }))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancellation);
        }
    }

    public Task UploadAsync(FileServer server, string name, byte[] content) =>
        Client().UploadAsync(server, "PC-01", name, Write("source", content), Cancellation);

    /// <summary>The transfer fails at a step, says so without secrets, and leaves no local file.</summary>
    public async Task<string> FailsAsync(Task transfer, string step, FileServer server)
    {
        var failure = await Assert.ThrowsAsync<FileServerException>(() => transfer);
        Assert.Contains($"failed at the step \"{step}\"", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        if (server.Password is { Length: > 0 } password)
        {
            Assert.DoesNotContain(password, failure.ToString(), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Target));
        return failure.Message;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(4711).NextBytes(bytes);
        return bytes;
    }
}
