using System.Diagnostics;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.TestSite;

namespace Ahenk.Bench;

/// <summary>Sends tasks and waits for their answers.</summary>
internal sealed class Load(Site site, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private long _id = 1_000_000;

    /// <summary>One task after the other: how long until its answer is there.</summary>
    public async Task<Samples> RoundTripsAsync(
        string agent, int times, string plugin = "probe", string command = "NOOP", JsonObject? parameters = null)
    {
        var samples = new double[times];
        for (var index = 0; index < times; index++)
        {
            var id = ++_id;
            var start = Stopwatch.GetTimestamp();
            await site.Lider.SendTaskAsync(agent, new TaskOrder(id, plugin, command, parameters ?? []), cancellationToken);
            await site.Lider.Tasks.WaitForAnswerAsync(id, Patience, cancellationToken: cancellationToken);
            samples[index] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return new Samples(samples);
    }

    /// <summary>Many tasks at once: answers a second, from the first task sent to the last answer.</summary>
    public async Task<double[]> BurstsAsync(string agent, int tasks, int rounds)
    {
        var rates = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var ids = Enumerable.Range(1, tasks).Select(_ => ++_id).ToArray();
            var start = Stopwatch.GetTimestamp();
            foreach (var id in ids)
            {
                await SendAsync(agent, id);
            }

            await site.Lider.Tasks.WaitForAnswersAsync(ids, Patience, cancellationToken);
            rates[round] = tasks / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return rates;
    }

    /// <summary>Starts the stopped agent.</summary>
    /// <returns>Seconds until Lider sees it online.</returns>
    public async Task<double> StartAsync()
    {
        await site.Lider.Agents.WaitAsync(site.AgentName, agent => !agent.IsOnline, "offline", Patience, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await site.Agent.StartAsync();
        await site.Lider.Agents.WaitForOnlineAsync(site.AgentName, Patience, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private Task<bool> SendAsync(string agent, long id) => site.Lider.SendTaskAsync(agent, new TaskOrder(id, "probe", "NOOP", new JsonObject()), cancellationToken);
}
