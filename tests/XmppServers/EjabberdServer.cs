using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ahenk.XmppServers;

/// <summary>ejabberd (Debian's 23.01), the product Lider runs on (LP 1.1): ready in 1 to 5 s, 95 MB.</summary>
public sealed partial class EjabberdServer(XmppServerOptions? options = null) : XmppTestServer(options ?? new XmppServerOptions())
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(30);

    private readonly int _apiPort = FreePort.Next();

    /// <inheritdoc/>
    public override string Product => "ejabberd";

    /// <inheritdoc/>
    public override string LogFile => Path.Combine(Directory, "log", "ejabberd.log");

    private protected override Task<OwnedProcess> LaunchAsync()
    {
        RequireProgram("erl", "ejabberd");
        RequireProgram("ejabberdctl", "ejabberd");
        var configuration = Path.Combine(Directory, "ejabberd.yml");
        WriteFromResource("ejabberd.yml", configuration, new Dictionary<string, string>
        {
            ["APIPORT"] = _apiPort.ToString(CultureInfo.InvariantCulture),
            ["PORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["STARTTLS"] = Options.OffersTls ? "true" : "false",
            ["TLSLISTENER"] = DirectTlsPort is { } port ? TlsListener(port) : "",
            ["DISABLED"] = string.Join(", ", Options.DisabledMechanisms().Select(mechanism => $"\"{mechanism}\"")),
            ["MAXSTANZA"] = Options.MaxStanzaBytes.ToString(CultureInfo.InvariantCulture),
            ["OFFLINE"] = Options.OfflineLimit.ToString(CultureInfo.InvariantCulture),
            ["PINGS"] = Options.Pings ? "true" : "false",
        });
        var spool = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "spool")).FullName;
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);

        // Without a node name Erlang starts neither distribution nor epmd, so that instances do not meet.
        return OwnedProcess.StartAsync(
            ["erl", "-noinput", "+K", "true", "-mnesia", "dir", $"\"{spool}\"", "-ejabberd", "log_rate_limit", "1000", "-s", "ejabberd"],
            spool,
            new Dictionary<string, string>
            {
                ["EJABBERD_CONFIG_PATH"] = configuration,
                ["EJABBERD_LOG_PATH"] = LogFile,
                ["ERL_LIBS"] = Libraries(),
                ["ERL_CRASH_DUMP"] = "/dev/null",
                ["HOME"] = Directory,
            });
    }

    /// <summary>
    /// Mnesia keeps what it writes for up to seconds before its log file has it. Which accounts exist is asked of the server: not all of them were
    /// made by the fixture.
    /// </summary>
    public override async Task SettleAsync()
    {
        var accounts = await AccountsAsync();
        var limit = TimeProvider.System.GetUtcNow() + SettleLimit;
        while (!accounts.All(IsOnDisk))
        {
            if (TimeProvider.System.GetUtcNow() > limit)
            {
                throw new XmppServerException(
                    $"ejabberd did not write the accounts {string.Join(", ", accounts)} to {Directory} within {SettleLimit.TotalSeconds} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task<IReadOnlyList<string>> AccountsAsync()
    {
        var dump = Path.Combine(Directory, "accounts.txt");
        using var client = new HttpClient { Timeout = SettleLimit };

        // ejabberd reads no chunked request, so its length must be known.
        using var order = new StringContent(JsonSerializer.Serialize(new { file = dump, table = "passwd" }), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"http://127.0.0.1:{_apiPort}/api/dump_table"), order);
        if (!answer.IsSuccessStatusCode)
        {
            throw new XmppServerException($"ejabberd did not tell its accounts: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        return [.. AccountRow().Matches(await File.ReadAllTextAsync(dump)).Select(row => row.Groups["user"].Value)];
    }

    private bool IsOnDisk(string account)
    {
        // The row of the table passwd as Erlang writes it: the table's name, and a key of two binaries that begins with the user.
        var user = Encoding.UTF8.GetBytes(account);
        byte[] row = [.. "passwd"u8, 0x68, 2, 0x6D, 0, 0, 0, (byte)user.Length, .. user, 0x6D];
        return System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "spool"))
            .Where(file => Path.GetFileName(file) is "LATEST.LOG" or "PREVIOUS.LOG" or "passwd.DCL" or "passwd.DCD")
            .Any(file => ReadShared(file).AsSpan().IndexOf(row) >= 0);
    }

    private static byte[] ReadShared(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            file.CopyTo(copy);
            return copy.ToArray();
        }
        catch (FileNotFoundException)
        {
            // Mnesia has just renamed it.
            return [];
        }
    }

    private string TlsListener(int port) =>
        $"""
          - port: {port}
            ip: "127.0.0.1"
            module: ejabberd_c2s
            max_stanza_size: {Options.MaxStanzaBytes}
            shaper: none
            access: c2s
            tls: true
        """;

    private static string Libraries() =>
        System.IO.Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
            .FirstOrDefault(folder => System.IO.Directory.EnumerateDirectories(folder, "ejabberd-*").Any())
        ?? throw new XmppServerException("ejabberd's library is not under /usr/lib/*-linux-gnu: install Debian's package ejabberd (apt-get install ejabberd).");

    [GeneratedRegex("""^\{passwd,\s*\{\s*<<"(?<user>[^"]+)">>""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AccountRow();
}
