using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Ahenk.Configuration;

namespace Ahenk.Cli.Support;

/// <summary>Collects the parts of a bundle. What cannot be had is a part with a reason, never a failure.</summary>
internal sealed class SupportParts(ParseResult parsed, string configurationFile, KnownSecrets secrets)
{
    private const int LogBytes = 5 << 20;
    private const int MostDetails = 20;

    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ToolTime = TimeSpan.FromSeconds(20);
    private static readonly string[] MachineFiles = ["/etc/os-release", "/proc/version", "/proc/uptime", "/proc/loadavg", "/proc/meminfo", "/proc/self/mounts"];

    private readonly List<SupportPart> _parts = [];
    private SilentDaemon? _silence;

    public async Task<IReadOnlyList<SupportPart>> CollectAsync(CancellationToken cancellationToken)
    {
        JsonNode? status = null;
        await AddJson("status.json", async () => status = await CallAsync("status", [], cancellationToken), cancellationToken);
        await AddJson("versions.json", () => Task.FromResult<JsonNode?>(VersionCommand.Of(status)), cancellationToken);
        foreach (var (name, method, parameters) in ((string, string, JsonObject)[])
        [
            ("plugins.json", "plugins", []),
            ("tasks.json", "tasks", new JsonObject { ["limit"] = 200 }),
            ("schedule.json", "schedule", new JsonObject { ["limit"] = 200 }),
            ("outbox.json", "outbox", new JsonObject { ["limit"] = 200 }),
            ("policies.json", "policies", []),
        ])
        {
            await AddJson(name, () => CallAsync(method, parameters, cancellationToken), cancellationToken);
        }

        await AddJson("unfinished-tasks.json", () => ReadUnfinishedAsync(cancellationToken), cancellationToken);
        var files = ConfigurationFiles.Read(configurationFile);
        await AddJson("configuration.json", () => Task.FromResult<JsonNode?>(
            new JsonArray([.. ConfigurationKeys.All.Select(key => (JsonNode)ConfigRendering.Describe(key, files, showSecrets: false))])), cancellationToken);
        await AddJson("configuration-check.json", () => Task.FromResult<JsonNode?>(ConfigRendering.Problems(files, ConfigurationCheck.Run(files))), cancellationToken);
        AddLog("ahenk.log", files, ConfigurationKeys.LogFile);
        AddLog("audit.log", files, ConfigurationKeys.AuditLog);
        await AddJson("doctor.json", async () => await DoctorCommands.ExamineAsync(parsed, configurationFile, cancellationToken), cancellationToken);
        await AddTool("service.txt", ["systemctl", "show", "ahenk.service", "--no-pager"], ToolTime, cancellationToken);
        AddText("machine.txt", () => string.Join('\n', MachineFiles.Where(File.Exists).Select(file => $"== {file}\n{File.ReadAllText(file)}")));
        return _parts;
    }

    private async Task<JsonNode?> ReadUnfinishedAsync(CancellationToken cancellationToken)
    {
        var tasks = await CallAsync("tasks", new JsonObject { ["limit"] = 200 }, cancellationToken);
        var details = new JsonArray();
        foreach (var task in tasks!.AsArray().Where(task => Rendering.OneLine(task!, "state") != "finished").Take(MostDetails))
        {
            details.Add((await CallAsync("task", new JsonObject { ["id"] = task!["id"]!.DeepClone() }, cancellationToken))?.DeepClone());
        }

        return details;
    }

    /// <summary>Calls the daemon, and no more once it has not answered in time: each further call would wait in vain as long.</summary>
    private async Task<JsonNode?> CallAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        if (_silence is not null)
        {
            throw _silence;
        }

        try
        {
            return await Answer.Call(parsed, method, parameters, new Patience(Invocation.TimeOf(parsed), CallLimit), cancellationToken);
        }
        catch (SilentDaemon silence)
        {
            _silence = silence;
            throw;
        }
    }

    private async Task AddJson(string name, Func<Task<JsonNode?>> read, CancellationToken cancellationToken)
    {
        try
        {
            _parts.Add(new SupportPart(name, secrets.Hide(await read()) + "\n", null));
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, such as an answer of another shape than this command knows: the other parts are wanted all the more.
            _parts.Add(new SupportPart(name, null, secrets.Hide(failure.Message)));
        }
    }

    private void AddText(string name, Func<string> read)
    {
        try
        {
            _parts.Add(new SupportPart(name, secrets.Hide(read()), null));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ConfigurationException)
        {
            _parts.Add(new SupportPart(name, null, secrets.Hide(failure.Message)));
        }
    }

    private void AddLog(string name, ConfigurationFiles files, TextKey key) => AddText(name, () =>
    {
        using var file = new FileStream(new ConfigurationValues(files).Text(key), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Max(0, file.Length - LogBytes);
        var bytes = new byte[LogBytes];
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, file.ReadAtLeast(bytes, LogBytes, throwOnEndOfStream: false)));

        // A line that begins before what is read could hold half a secret.
        return file.Length > LogBytes ? text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..] : text;
    });

    private async Task AddTool(string name, string[] command, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (output, problem) = await OutsideTool.RunAsync(command, limit, cancellationToken);
        _parts.Add(new SupportPart(name, output is null ? null : secrets.Hide(output), problem is null ? null : secrets.Hide(problem)));
    }
}
