using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

/// <summary>What an administrator does without Lider, with the real command and the real daemon.</summary>
[Trait("Category", "Integration")]
public sealed class ByHandTests
{
    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task A_command_is_run_here_a_task_is_cancelled_and_an_answer_is_sent_by_hand()
    {
        await using var site = await Installation.OnlineAsync();

        var local = await RunAsync(site, "tasks", "run", "probe", "NOOP");
        Assert.Equal((0, "TASK_PROCESSED: done\n"), (local.ExitCode, local.Output));

        await site.SendAsync(41, "probe", "WAIT", [], Cancelled);
        await site.Lider.SendTaskAsync(site.AgentName, 42, "probe", "NOOP", [], "0 0 29 2 *", Cancelled);
        await site.RunAsync(43, "script", "EXECUTE_SCRIPT", new JsonObject { ["SCRIPT_TYPE"] = "BASH", ["SCRIPT_CONTENTS"] = "true" }, Cancelled);
        Assert.Equal(0, (await RunAsync(site, "tasks", "cancel", "41")).ExitCode);
        Assert.Equal(0, (await RunAsync(site, "tasks", "cancel", "42")).ExitCode);
        foreach (var id in (long[])[41, 42])
        {
            var answer = await site.Lider.Tasks.WaitForAnswerAsync(id, TimeSpan.FromSeconds(60), cancellationToken: Cancelled);
            Assert.Equal("TASK_KILLED", answer.Code);
        }

        Assert.Equal(0, (await RunAsync(site, "send", "-t", "43", "-m", "by hand", "-w")).ExitCode);
        Assert.Equal("TASK_WARNING", (await site.Lider.Tasks.WaitForFinalAnswerAsync(43, 2, TimeSpan.FromSeconds(60), Cancelled)).Code);
    }

    [Fact]
    public async Task A_support_bundle_of_a_real_agent_holds_no_secret()
    {
        const string FileSecret = "fileserver-password-3";
        const string MailSecret = "mail-password-4";
        await using var site = await Installation.OnlineAsync();
        var order = new TaskOrder(42, "probe", "NOOP", new JsonObject { ["mailPassword"] = MailSecret })
        {
            Cron = "0 0 29 2 *",
            FileServer = new JsonObject
            {
                ["protocol"] = "SSH",
                ["parameterMap"] = new JsonObject { ["host"] = "127.0.0.1", ["username"] = "u", ["password"] = FileSecret, ["path"] = "/x/", ["port"] = 22 },
            },
        };
        await site.Lider.SendTaskAsync(site.AgentName, order, Cancelled);
        await site.RunAsync(43, "probe", "NOOP", [], Cancelled);
        var password = await PasswordAsync(site);
        var path = Path.Combine(site.Agent.Directory, "bundle.tar.gz");

        Assert.Equal(0, (await RunAsync(site, "support-bundle", "--output", path, "--config", site.Agent.ConfigurationFile)).ExitCode);

        var text = Read(path);
        Assert.Contains("\"id\": 42", text, StringComparison.Ordinal);
        Assert.Contains("mailPassword", text, StringComparison.Ordinal);
        Assert.All((string[])[FileSecret, MailSecret, Site.AdminPassword, password], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    private static Task<AhenkCommand.Ended> RunAsync(Site site, params string[] arguments) => AhenkCommand.RunAsync(site.Agent, Cancelled, arguments);

    /// <summary>The agent's XMPP password, which nothing but its database has.</summary>
    private static async Task<string> PasswordAsync(Site site)
    {
        var database = Encoding.UTF8.GetString(await File.ReadAllBytesAsync(site.Agent.Database, Cancelled));
        var log = File.Exists(site.Agent.Database + "-wal") ? Encoding.UTF8.GetString(await File.ReadAllBytesAsync(site.Agent.Database + "-wal", Cancelled)) : "";
        var match = System.Text.RegularExpressions.Regex.Match(database + log, "\"[Pp]assword\":\"([^\"]{6,})\"");
        Assert.True(match.Success, "The agent's password was not found in its database.");
        return match.Groups[1].Value;
    }

    private static string Read(string path)
    {
        using var archive = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var text = new StringBuilder();
        while (archive.GetNextEntry(copyData: true) is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            text.Append(reader.ReadToEnd());
        }

        return text.ToString();
    }
}
