using System.Diagnostics;
using Ahenk.TestSite;

namespace Ahenk.EndToEnd.Tests;

[Trait("Category", "Integration")]
public sealed class EventTests
{
    private static CancellationToken Cancelled => Installation.Cancelled;

    [Fact]
    public async Task A_task_and_the_end_of_the_agent_are_shown_to_whoever_follows()
    {
        await using var site = await Installation.OnlineAsync();
        var start = new ProcessStartInfo(BuiltAgent.Command, ["events", "--follow", "--socket", site.Agent.ControlSocket]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var command = Process.Start(start)!;
        var shown = new List<string>();

        await ReadUntil("agent.connected");
        await site.RunAsync(41, "probe", "NOOP", [], Cancelled);
        await ReadUntil("task.finished task=41 plugin=probe command=NOOP code=TASK_PROCESSED");
        await site.Agent.StopAsync();
        await ReadUntil("agent.stopping");
        shown.AddRange((await command.StandardOutput.ReadToEndAsync(Cancelled)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await command.WaitForExitAsync(Cancelled);

        Assert.Equal(3, command.ExitCode);
        Assert.Equal(
            ["agent.registered", "agent.connected", "task.accepted", "plugin.loaded", "task.finished", "agent.stopping"],
            shown.Where(line => !line.Contains("plugin=ldap", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Where(name => name is not "agent.disconnected"));

        async Task ReadUntil(string text)
        {
            while (shown.Count == 0 || !shown[^1].Contains(text, StringComparison.Ordinal))
            {
                shown.Add(await command.StandardOutput.ReadLineAsync(Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancelled)
                    ?? throw new InvalidOperationException($"'{text}' was not shown: {await command.StandardError.ReadToEndAsync(Cancelled)}"));
            }
        }
    }
}
