using System.Globalization;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ahenk.Machine.Linux.Tests.Processes;

/// <summary>The real runner and what tests of it need.</summary>
[Collection("processes")]
public abstract class RunnerTest
{
    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected static CommandRunner Runner { get; } = new(TimeProvider.System, NullLogger<CommandRunner>.Instance);

    private protected static Task<CommandResult> Bash(string script) => Runner.RunAsync(new CommandLine("bash", "-c", script), Token);

    /// <summary>Completes when a process is gone or a zombie that only its reaper has to see; fails after 30 s.</summary>
    private protected static async Task IsGone(int pid)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var attempt = 0; attempt < 6000; attempt++)
        {
            if (State(pid) is null or 'Z')
            {
                return;
            }

            await timer.WaitForNextTickAsync(Token);
        }

        Assert.Fail($"Process {pid} still lives.");
    }

    private protected static char? State(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The numbers of this process's children.</summary>
    private protected static string Children() => string.Concat(
        Directory.GetDirectories("/proc/self/task").Select(task => File.ReadAllText($"{task}/children")));

    private protected static int Number(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);
}
