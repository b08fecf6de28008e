using System.Globalization;
using System.Text;

namespace Ahenk.XmppServers;

/// <summary>ejabberd (Debian's 23.01), the product Lider runs on (LP 1.1): ready in 1 to 5 s, 95 MB.</summary>
public sealed class EjabberdServer(XmppServerOptions? options = null) : XmppTestServer(options ?? new XmppServerOptions())
{
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

    /// <summary>Mnesia keeps what it writes for up to seconds before the log file has it.</summary>
    private protected override async Task SettleAsync()
    {
        var limit = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(30);
        while (!Accounts.All(IsOnDisk))
        {
            if (TimeProvider.System.GetUtcNow() > limit)
            {
                throw new XmppServerException($"ejabberd did not write the accounts {string.Join(", ", Accounts)} to {Directory} within 30 s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
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
}
