using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ahenk.Lider.Protocol;
using Ahenk.XmppServers;

namespace Ahenk.FileServers;

/// <summary>Debian's OpenSSH on 127.0.0.1 with its own keys and a user of its own, who may only do SFTP.</summary>
public sealed class SshTestServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _directory;
    private readonly SshServerOptions _options;
    private TestUser? _user;
    private OwnedProcess? _process;

    private SshTestServer(SshServerOptions options)
    {
        _options = options;
        _directory = Directory.CreateTempSubdirectory("ahenk-sshd-").FullName;
        Home = Path.Combine(_directory, "home");
        Port = FreePort.Next();
    }

    /// <summary>Whether a user with a password can be made: only root can.</summary>
    public static bool HasPasswords => Environment.UserName == "root";

    /// <summary>The server's address.</summary>
    public static string Host => "127.0.0.1";

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>The user.</summary>
    public string UserName => _user!.Name;

    /// <summary>The user's password; <see langword="null"/> where the tests do not run as root.</summary>
    public string? Password => _user!.Password;

    /// <summary>A private key with which the user can log in.</summary>
    public string KeyFile => Path.Combine(_directory, "user_key");

    /// <summary>The user's directory: what is uploaded and fetched lies here.</summary>
    public string Home { get; }

    /// <summary>What the server has logged.</summary>
    public string Log => _process?.Output ?? "";

    /// <summary>Completes when the server has logged something.</summary>
    public async Task LoggedAsync(string text, CancellationToken cancellationToken)
    {
        while (!Log.Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(25), cancellationToken);
        }
    }

    /// <summary>Starts a server.</summary>
    public static async Task<SshTestServer> StartAsync(SshServerOptions? options = null)
    {
        var server = new SshTestServer(options ?? new SshServerOptions());
        try
        {
            await server.PrepareAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The place Lider would name: a directory below <see cref="Home"/>, with the password if there is one.</summary>
    public FileServer Place(string? directory = null) => new()
    {
        Protocol = FileProtocol.Ssh,
        Host = Host,
        Port = Port,
        Username = UserName,
        Password = Password,
        Path = directory is null ? $"{Home}/" : $"{Home}/{directory}",
    };

    /// <summary>A host key's public half, type and Base64.</summary>
    public string HostKey(string type) => string.Join(' ', File.ReadAllText($"{HostKeyFile(type)}.pub").Split(' ').Take(2)).TrimEnd();

    /// <summary>Puts a file into <see cref="Home"/>.</summary>
    public string PutFile(string name, byte[] content)
    {
        var path = Path.Combine(Home, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>The server is set up anew: other host keys, same port.</summary>
    public async Task ReplaceHostKeysAsync(params string[] types)
    {
        await StopAsync();
        foreach (var file in Directory.EnumerateFiles(_directory, "host_*"))
        {
            File.Delete(file);
        }

        await MakeHostKeysAsync(types);
        await StartAgainAsync();
    }

    /// <summary>Ends the server; connections that are open stay with their own processes.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.Exited;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_user is { } user)
        {
            await user.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string HostKeyFile(string type) => Path.Combine(_directory, $"host_{type}");

    private async Task PrepareAsync()
    {
        // The user must be able to pass through to its home.
        File.SetUnixFileMode(
            _directory,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Home);
        _user = await TestUser.CreateAsync(Home);
        await Tool.RunAsync("openssh-client", "", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", KeyFile);
        await MakeHostKeysAsync(_options.HostKeyTypes);
    }

    private async Task MakeHostKeysAsync(IEnumerable<string> types)
    {
        var text = new StringBuilder();
        foreach (var type in types)
        {
            await Tool.RunAsync("openssh-client", "", "ssh-keygen", "-q", "-t", type, "-N", "", "-f", HostKeyFile(type));
            text.Append(CultureInfo.InvariantCulture, $"HostKey {HostKeyFile(type)}\n");
        }

        var passwords = _options.AllowsPasswords ? "yes" : "no";
        var renames = _options.RenamesOverFiles ? "" : " -P posix-rename";
        text.Append(CultureInfo.InvariantCulture, $"""
            ListenAddress {Host}:{Port}
            PidFile none
            AllowUsers {UserName}
            AuthorizedKeysFile {KeyFile}.pub
            ForceCommand internal-sftp{renames}
            KbdInteractiveAuthentication no
            LogLevel VERBOSE
            MaxStartups 100
            PasswordAuthentication {passwords}
            StrictModes no
            UseDNS no
            UsePAM no

            """);
        if (_options.OffersSftp)
        {
            text.Append("Subsystem sftp internal-sftp\n");
        }

        await File.WriteAllTextAsync(Path.Combine(_directory, "sshd.conf"), text.ToString());
    }

    private async Task StartAgainAsync()
    {
        const string program = "/usr/sbin/sshd";
        if (!File.Exists(program))
        {
            throw new FileServerTestException("'sshd' is not on this machine: install Debian's package openssh-server (apt-get install openssh-server).");
        }

        if (HasPasswords)
        {
            // Where the parts of sshd that see the network are locked up; systemd makes it when it starts the service.
            Directory.CreateDirectory("/run/sshd", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
                UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        string[] limits = _options.LargestFile is { } bytes
            ? ["env", "--ignore-signal=XFSZ", "prlimit", string.Create(CultureInfo.InvariantCulture, $"--fsize={bytes}"), "--"]
            : [];
        _process = await OwnedProcess.StartAsync(
            [.. limits, program, "-D", "-e", "-f", Path.Combine(_directory, "sshd.conf")], _directory, new Dictionary<string, string>());
        var stillNotUp = TimeProvider.System.GetUtcNow() + StartLimit;
        while (!await ListensAsync())
        {
            if (_process.Exited.IsCompleted || TimeProvider.System.GetUtcNow() > stillNotUp)
            {
                throw new FileServerTestException($"sshd does not listen on {Host}:{Port}.\n{Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
    }

    private async Task<bool> ListensAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
