using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ahenk.XmppServers;

/// <summary>What both products have in common: directory, certificate, ports, process, readiness.</summary>
public abstract class XmppTestServer : IXmppTestServer
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private OwnedProcess? _process;

    private protected XmppTestServer(XmppServerOptions options)
    {
        Options = options;
        Directory = System.IO.Directory.CreateTempSubdirectory("ahenk-xmpp-").FullName;
        Port = FreePort.Next();
        if (options.OffersTls)
        {
            DirectTlsPort = FreePort.Next();
        }

        using var certificate = TestCertificates.SelfSigned(Domain);
        using var key = certificate.GetRSAPrivateKey()!;
        var keyPem = key.ExportPkcs8PrivateKeyPem() + "\n";
        TestCertificates.WritePem(CaFile, certificate);
        File.WriteAllText(Path.Combine(Directory, "key.pem"), keyPem);
        File.WriteAllText(Path.Combine(Directory, "server.pem"), keyPem + File.ReadAllText(CaFile));
    }

    /// <inheritdoc/>
    public abstract string Product { get; }

    /// <inheritdoc/>
    public string Domain => "im.liderahenk.org";

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    public int? DirectTlsPort { get; }

    /// <inheritdoc/>
    public string CaFile => Path.Combine(Directory, "cert.pem");

    /// <inheritdoc/>
    public abstract string LogFile { get; }

    /// <inheritdoc/>
    public int? ProcessId => _process is { Exited.IsCompleted: false } running ? running.Id : null;

    private protected XmppServerOptions Options { get; }

    private protected string Directory { get; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (ProcessId is not null)
        {
            throw new InvalidOperationException($"{Product} is running already.");
        }

        _process = await LaunchAsync();
        var stillNotUp = TimeProvider.System.GetUtcNow() + StartLimit;
        while (!await AnswersAsync(cancellationToken))
        {
            if (_process.Exited.IsCompleted)
            {
                throw new XmppServerException($"{Product} ended while starting.\n{Tail()}");
            }

            if (TimeProvider.System.GetUtcNow() > stillNotUp)
            {
                await EndAsync(_process);
                throw new XmppServerException($"{Product} did not answer on 127.0.0.1:{Port} within {StartLimit.TotalSeconds} s.\n{Tail()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        process.Terminate();
        try
        {
            await process.Exited.WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            await EndAsync(process);
        }
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        if (_process is { Exited.IsCompleted: false } process)
        {
            await SettleAsync();
            await EndAsync(process);
        }
    }

    /// <inheritdoc/>
    public virtual Task SettleAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task AddAccountAsync(string user, string password, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
        var stream = client.GetStream();
        await WriteAsync(stream, Header(), limit.Token);
        await ReadUntilAsync(stream, ["</stream:features>"], limit.Token);
        await WriteAsync(
            stream,
            $"<iq type='set' id='r' to='{Domain}'><query xmlns='jabber:iq:register'><username>{Escape(user)}</username>" +
            $"<password>{Escape(password)}</password></query></iq>",
            limit.Token);
        var answer = await ReadUntilAsync(stream, ["</iq>", "/>"], limit.Token);
        if (!answer.Contains("type='result'", StringComparison.Ordinal) && !answer.Contains("type=\"result\"", StringComparison.Ordinal))
        {
            throw new XmppServerException($"{Product} did not create the account {user}: {answer}");
        }

        await WriteAsync(stream, "</stream:stream>", limit.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await EndAsync(process);
        }

        if (Environment.GetEnvironmentVariable("AHENK_TEST_KEEP") is null)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<OwnedProcess> LaunchAsync();

    private protected void WriteFromResource(string resource, string path, IReadOnlyDictionary<string, string> words)
    {
        using var reader = new StreamReader(typeof(XmppTestServer).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing."));
        var text = new StringBuilder(reader.ReadToEnd());
        foreach (var (word, value) in words.Append(new("DIR", Directory)).Append(new("DOMAIN", Domain)))
        {
            text.Replace($"@{word}@", value);
        }

        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ToString());
    }

    private protected static void RequireProgram(string program, string package)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/bin");
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
        {
            throw new XmppServerException($"'{program}' is not on this machine: install Debian's package {package} (apt-get install {package}).");
        }
    }

    private static Task EndAsync(OwnedProcess process)
    {
        process.Kill();
        return process.Exited;
    }

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text);

    private static async Task WriteAsync(NetworkStream stream, string text, CancellationToken cancellationToken) =>
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);

    private static async Task<string> ReadUntilAsync(NetworkStream stream, string[] endings, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!endings.Any(ending => text.ToString().EndsWith(ending, StringComparison.Ordinal)))
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
            {
                throw new XmppServerException($"The server closed the connection after: {text}");
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private string Header() =>
        $"<?xml version='1.0'?><stream:stream to='{Domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
            var stream = client.GetStream();
            await WriteAsync(stream, Header(), limit.Token);
            await ReadUntilAsync(stream, ["</stream:features>"], limit.Token);
            await WriteAsync(stream, "</stream:stream>", limit.Token);
            return true;
        }
        catch (Exception notYet) when (notYet is SocketException or IOException or XmppServerException
            || (notYet is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private string Tail()
    {
        var log = File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(30)) : "(no log)";
        return $"{LogFile}:\n{log}\nOutput:\n{_process?.Output}";
    }
}
