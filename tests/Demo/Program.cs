using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator;
using Ahenk.TestSite;
using Ahenk.XmppServers;

// What a newcomer sees first: a machine registers with Lider and runs two tasks, all of it on this machine's loopback.
using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
var cancellationToken = limit.Token;

Say("Starting Prosody and Lider's simulator on 127.0.0.1");
await using var site = await Site.CreateAsync(new ProsodyServer(), cancellationToken: cancellationToken);

Say("Starting the agent: it registers anonymously, then logs in with its own account");
await site.BringOnlineAsync(cancellationToken);
var record = site.Lider.Agents.Find(site.AgentName)!;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {record.Name} registered with {record.Properties.Count} properties, online with priority {record.Priority}"));

Say("EXECUTE_TASK script EXECUTE_SCRIPT");
Show(await site.RunAsync(
    4211,
    "script",
    "EXECUTE_SCRIPT",
    new JsonObject { ["SCRIPT_TYPE"] = 0, ["SCRIPT_CONTENTS"] = "echo \"Merhaba from $(uname -s), ığüşöç\"", ["SCRIPT_PARAMS"] = "" },
    cancellationToken));

Say("EXECUTE_TASK resource-usage RESOURCE_INFO_FETCHER");
Show(await site.RunAsync(4212, "resource-usage", "RESOURCE_INFO_FETCHER", [], cancellationToken));

Say("What the agent's log says");
foreach (var line in site.Agent.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
{
    Console.WriteLine($"    {line}");
}

foreach (var violation in site.Lider.Violations)
{
    Console.WriteLine($"    The real server would have objected: {violation.Reason}");
}

var exitCode = await site.Agent.StopAsync();
Say($"The agent has ended with exit code {exitCode}");
return site.Lider.Violations.Count == 0 && exitCode == 0 ? 0 : 1;

static void Say(string text) => Console.WriteLine($"==> {text}");

static void Show(TaskAnswer answer)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    TASK_STATUS task {answer.TaskId}: {answer.Code} \"{answer.Message}\""));
    if (answer.Data is { } data)
    {
        foreach (var property in data.EnumerateObject())
        {
            Console.WriteLine($"        {property.Name}: {property.Value.GetRawText()}");
        }
    }
}
