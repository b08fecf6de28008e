using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator.Tests;

/// <summary>A real prosody on a loopback port of its own, in a directory of its own.</summary>
public sealed class ProsodyServer : IAsyncLifetime
{
    private const string Domain = "im.liderahenk.org";
    private readonly string _directory = Directory.CreateTempSubdirectory("lider-simulator-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public int Port { get; private set; }

    /// <summary>The server, without an account.</summary>
    public BareXmppOptions Server => new() { Host = "127.0.0.1", Port = Port, Domain = Domain };

    /// <summary>Settings of a simulator that nobody else uses on this server.</summary>
    public LiderServerOptions Lider(string username)
    {
        var output = TestContext.Current.TestOutputHelper;
        return new LiderServerOptions
        {
            Xmpp = Server with { Username = username, Password = "lider", Resource = "Smack" },
            Report = line => output?.WriteLine(line),
        };
    }

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "data"));
        WriteCertificate();
        Port = FreePort();
        WriteConfiguration();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Starts it and waits until it says that it listens.</summary>
    public async Task StartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("prosody", ["-F", "--config", Path.Combine(_directory, "prosody.cfg.lua")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory,
        };
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Heard(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Heard(line.Data, ready);
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("prosody ended: " + string.Join('\n', _output)));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private void Heard(string? line, TaskCompletionSource ready)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            if (line.Contains("Activated service 'c2s'", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        }
    }

    private void WriteConfiguration() => File.WriteAllText(
        Path.Combine(_directory, "prosody.cfg.lua"),
        $$"""
        run_as_root = true
        data_path = "{{_directory}}/data"
        plugin_paths = { "{{AppContext.BaseDirectory}}Prosody" }
        log = { info = "*console" }
        interfaces = { "127.0.0.1" }
        c2s_ports = { {{Port}} }
        c2s_direct_tls_ports = { }
        s2s_ports = { }
        modules_disabled = { "s2s" }
        modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "register_ibr", "user_account_management", "offline" }
        allow_registration = true
        c2s_require_encryption = false
        allow_unencrypted_plain_auth = true
        authentication = "lider"
        c2s_stanza_size_limit = 1165536
        ssl = { key = "{{_directory}}/key.pem"; certificate = "{{_directory}}/cert.pem"; }
        VirtualHost "{{Domain}}"
        """);

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Domain}", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(_directory, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_directory, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
