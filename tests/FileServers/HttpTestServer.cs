using System.Globalization;
using System.Text.RegularExpressions;
using Ahenk.Lider.Protocol;
using Ahenk.XmppServers;

namespace Ahenk.FileServers;

/// <summary>Python's HTTP server on 127.0.0.1, with PUT and some bad manners (Resources/http_server.py names them).</summary>
public sealed partial class HttpTestServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("ahenk-http-").FullName;
    private readonly HttpServerOptions _options;
    private OwnedProcess? _process;

    private HttpTestServer(HttpServerOptions options)
    {
        _options = options;
        Root = Directory.CreateDirectory(Path.Combine(_directory, "root")).FullName;
    }

    /// <summary>The directory that is served.</summary>
    public string Root { get; }

    /// <summary>The port.</summary>
    public int Port { get; private set; }

    /// <summary>The address of <see cref="Root"/>, without a final slash.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"{(_options.CertificateFile is null ? "http" : "https")}://127.0.0.1:{Port}");

    /// <summary>The requests so far, one a line: method, path, Authorization header or <c>-</c>.</summary>
    public IReadOnlyList<string> Requests => File.ReadAllLines(RequestFile);

    private string RequestFile => Path.Combine(_directory, "requests");

    /// <summary>Starts a server.</summary>
    public static async Task<HttpTestServer> StartAsync(HttpServerOptions? options = null)
    {
        var server = new HttpTestServer(options ?? new HttpServerOptions());
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The place Lider would name.</summary>
    /// <param name="path">Below the address, for example <c>/agent-files/{0}/</c>.</param>
    public FileServer Place(string path) => new() { Protocol = FileProtocol.Http, Url = Address + path };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.Exited;
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync()
    {
        var script = Path.Combine(_directory, "http_server.py");
        await using (var file = File.Create(script))
        {
            await using var resource = typeof(HttpTestServer).Assembly.GetManifestResourceStream("http_server.py")
                ?? throw new InvalidOperationException("The resource http_server.py is missing.");
            await resource.CopyToAsync(file);
        }

        _process = await OwnedProcess.StartAsync(["python3", "-u", script, Root, RequestFile], _directory, new Dictionary<string, string>
        {
            ["CERTIFICATE"] = _options.CertificateFile ?? "",
            ["CREDENTIALS"] = _options.Credentials ?? "",
            ["UPLOADS"] = _options.TakesUploads ? "yes" : "",
        });
        var stillNotUp = TimeProvider.System.GetUtcNow() + StartLimit;
        while (true)
        {
            if (Listening().Match(_process.Output) is { Success: true } match)
            {
                Port = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                return;
            }

            if (_process.Exited.IsCompleted || TimeProvider.System.GetUtcNow() > stillNotUp)
            {
                throw new FileServerTestException($"The HTTP server did not start; python3 is in Debian's package python3.\n{_process.Output}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25));
        }
    }

    [GeneratedRegex(@"^listening (\d+)\s", RegexOptions.Multiline)]
    private static partial Regex Listening();
}
