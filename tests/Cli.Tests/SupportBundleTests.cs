using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Ahenk.Cli.Tests;

[Trait("Category", "Integration")]
public sealed class SupportBundleTests
{
    private const string XmppPassword = "xmpp-Paßwort-1";
    private const string RegistrationPassword = "registrar+2";
    private const string FilePassword = "fileserver-3";
    private const string MailPassword = "mail\"quoted-4";

    private const string CollectorToken = "collector-5";

    private static readonly string[] Secrets = [CollectorToken, XmppPassword, RegistrationPassword, FilePassword, MailPassword, "quoted-4", "Pa\\u00DF", "registrar\\u002B2"];

    [Fact]
    public async Task Everything_is_in_it_and_no_secret_is()
    {
        await using var site = new CommandSite();
        Prepare(site);

        var (code, output, error) = await site.RunAsync("support-bundle", "--output", "/root/bundle.tar.gz");

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("/root/bundle.tar.gz is written.\n", output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(site.In("/root/bundle.tar.gz")));
        var bundle = await ReadAsync(site.In("/root/bundle.tar.gz"));
        string[] expected =
        [
            "versions.json", "status.json", "plugins.json", "tasks.json", "schedule.json", "outbox.json", "policies.json", "unfinished-tasks.json",
            "configuration.json", "configuration-check.json", "doctor.json", "ahenk.log", "audit.log", "machine.txt",
        ];
        Assert.All(expected, name => Assert.Contains($"\n{name}: ", bundle["bundle/MANIFEST.txt"], StringComparison.Ordinal));
        Assert.All(expected, name => Assert.NotEmpty(bundle[$"bundle/{name}"]));
        Assert.Equal("online", (string?)JsonNode.Parse(bundle["bundle/status.json"])!["connection"]);
        Assert.Equal("warning", (string?)JsonNode.Parse(bundle["bundle/doctor.json"])!["result"]);
        Assert.Contains("an ordinary line", bundle["bundle/ahenk.log"], StringComparison.Ordinal);
        Assert.All(bundle, part => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, part.Value, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_a_daemon_there_are_fewer_parts_and_the_manifest_says_why()
    {
        await using var site = new CommandSite();
        Prepare(site);
        File.Delete(site.In("/var/ahenk/log/audit.log"));

        var result = JsonNode.Parse((await site.RunAsync("support-bundle", "--output", "/root/b.tar.gz", "--socket", "/none", "--json")).Output)!;

        Assert.Contains("status.json", result["missing"]!.AsArray().Select(name => (string?)name));
        var bundle = await ReadAsync(site.In("/root/b.tar.gz"));
        Assert.Contains("status.json: not here. The daemon cannot be reached", bundle["b/MANIFEST.txt"], StringComparison.Ordinal);
        Assert.Equal("broken", (string?)JsonNode.Parse(bundle["b/doctor.json"])!["result"]);
        Assert.Contains("audit.log: not here. Could not find file", bundle["b/MANIFEST.txt"], StringComparison.Ordinal);
        Assert.Contains("an ordinary line", bundle["b/ahenk.log"], StringComparison.Ordinal);
        Assert.All(bundle, part => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, part.Value, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_answer_of_another_shape_is_a_part_with_a_reason()
    {
        await using var site = new CommandSite();
        site.Daemon.Answer("tasks", new JsonObject { ["of"] = "another version" });

        var result = JsonNode.Parse((await site.RunAsync("support-bundle", "--output", "/root/b.tar.gz", "--json")).Output)!;

        Assert.Contains("unfinished-tasks.json", result["missing"]!.AsArray().Select(name => (string?)name));
        Assert.Contains("machine.txt", result["parts"]!.AsArray().Select(name => (string?)name));
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await using var site = new CommandSite();
        site.Write("/root/precious.tar.gz", "precious");

        Assert.Equal(1, (await site.RunAsync("support-bundle", "--output", "/root/precious.tar.gz")).Code);

        Assert.Equal("precious", File.ReadAllText(site.In("/root/precious.tar.gz")));
    }

    [Fact]
    public async Task Of_a_long_log_the_end_is_taken_from_the_beginning_of_a_line()
    {
        await using var site = new CommandSite();
        site.Write("/var/ahenk/log/ahenk.log", string.Concat(Enumerable.Range(0, 200_000).Select(number => $"line {number:D6} of a log that is long enough\n")));

        await site.RunAsync("support-bundle", "--output", "/root/b.tar.gz");

        var log = (await ReadAsync(site.In("/root/b.tar.gz")))["b/ahenk.log"];
        Assert.StartsWith("line 0", log, StringComparison.Ordinal);
        Assert.EndsWith("line 199999 of a log that is long enough\n", log, StringComparison.Ordinal);
        Assert.InRange(log.Length, (5 << 20) - 100, 5 << 20);
    }

    /// <summary>A site on which everything went wrong that can: each secret stands where it should not.</summary>
    private static void Prepare(CommandSite site)
    {
        site.Write("/etc/ahenk/credential", $"admin\n{RegistrationPassword}\n");
        site.Write("/etc/ahenk/ahenk.conf", $"""
            [BASE]
            logfile = {site.In("/var/ahenk/log/ahenk.log")}
            auditlog = {site.In("/var/ahenk/log/audit.log")}

            [CONNECTION]
            host = lider.example.org
            password = {XmppPassword}
            registration_credential_file = {site.In("/etc/ahenk/credential")}
            nonsense = {XmppPassword}

            [DIAGNOSTICS]
            otlp_endpoint = https://collector.example.org
            otlp_headers = authorization=Bearer%20{CollectorToken}

            """);
        var mail = System.Text.Json.JsonSerializer.Serialize(MailPassword);
        site.Write("/var/ahenk/log/ahenk.log", $$"""
            2026-03-01 12:00:00.123 +03:00 INF [X] an ordinary line
            2026-03-01 12:00:00.123 +03:00 ERR [X] login with {{XmppPassword}} failed, {{RegistrationPassword}} too
            2026-03-01 12:00:00.123 +03:00 ERR [X] {"password":"{{FilePassword}}","mailPassword": {{mail}} }
            2026-03-01 12:00:00.123 +03:00 ERR [X] sftp password={{FilePassword}}; filePassword = '{{FilePassword}}'
            2026-03-01 12:00:00.123 +03:00 ERR [X] the collector does not know {{CollectorToken}}, nor Authorization: Bearer {{CollectorToken}}
            2026-03-01 12:00:00.123 +03:00 ERR [X] "{\"password\":\"{{FilePassword}}\"}"

            """);
        site.Daemon.Answer("task", new JsonObject
        {
            ["id"] = 43,
            ["parameters"] = new JsonObject { ["mailPassword"] = MailPassword, ["inner"] = $$"""{"user_password": {{mail}}}""", ["note"] = RegistrationPassword },
            ["file_server"] = new JsonObject { ["host"] = "files", ["password"] = FilePassword },
        });
        site.Daemon.Answer("doctor", new JsonObject { ["result"] = "warning", ["checks"] = new JsonArray(new JsonObject { ["name"] = "configuration", ["found"] = $"password = {XmppPassword}" }) });
        site.Daemon.Answer("outbox", new JsonArray(new JsonObject { ["id"] = 1, ["type"] = XmppPassword, ["token"] = FilePassword }));
    }

    internal static async Task<Dictionary<string, string>> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        await using var archive = new TarReader(plain);
        var parts = new Dictionary<string, string>();
        while (await archive.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            parts[entry.Name] = await reader.ReadToEndAsync();
        }

        return parts;
    }
}
