using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Ahenk.TestSite;
using Ahenk.XmppServers;

namespace Ahenk.EndToEnd.Tests;

/// <summary>A site whose agent is registered and not running: each test starts it into another fault.</summary>
public sealed class Survivor : IAsyncLifetime
{
    private Site? _site;

    /// <summary>The site.</summary>
    public Site Site => _site ?? throw new InvalidOperationException("The site has not been made.");

    /// <summary>Its agent.</summary>
    public AgentProcess Agent => Site.Agent;

    /// <summary>A directory that can be given a file system of its own; the agent's state and log are there.</summary>
    public string Disk => Path.Combine(Agent.Directory, "disk");

    /// <summary>The directory of the state.</summary>
    public string State => Path.Combine(Disk, "state");

    /// <summary>The database.</summary>
    public string Database => Path.Combine(State, "ahenk.db");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _site = await Site.CreateAsync(new ProsodyServer());
        Directory.CreateDirectory(Disk);
        Agent.Set("BASE", "statedir", State).Set("BASE", "logfile", Path.Combine(Disk, "ahenk.log")).Set("CONNECTION", "answer_delay_ms", "0");
        await Site.BringOnlineAsync(CancellationToken.None);
        await Agent.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }
    }

    /// <summary>Brings the agent back to what it was before a test.</summary>
    public Survivor Reset()
    {
        Agent.Arrange(null).Set("CONNECTION", "host", "127.0.0.1");
        return this;
    }

    /// <summary>Waits until the agent has its session.</summary>
    public Task WaitOnlineAsync(CancellationToken cancellationToken) =>
        Agent.WaitForStatusAsync(status => (string?)status["connection"] == "online", "online", TimeSpan.FromSeconds(60), cancellationToken);

    /// <summary>Runs <c>ahenk doctor</c> as the daemon sees the machine.</summary>
    public static async Task<(int ExitCode, JsonNode Findings)> ExamineAsync(AgentProcess agent, CancellationToken cancellationToken)
    {
        var ended = await AhenkCommand.RunAsync(
            ["nsenter", "--mount", "--target", agent.ProcessId.ToString(CultureInfo.InvariantCulture), BuiltAgent.Command, "doctor", "--json", "--socket", agent.ControlSocket, "--config", agent.ConfigurationFile],
            "",
            cancellationToken);
        return (ended.ExitCode, JsonNode.Parse(ended.Output) ?? throw new InvalidOperationException(ended.Output));
    }

    /// <summary>Runs the doctor and looks at one check.</summary>
    public static async Task AssertNamedAsync(AgentProcess agent, int check, string result, string found, CancellationToken cancellationToken)
    {
        var (exitCode, findings) = await ExamineAsync(agent, cancellationToken);
        Assert.Equal((string?)findings["result"] switch { "ok" => 0, "warning" => 1, _ => 2 }, exitCode);
        AssertNamed(findings, check, result, found);
    }

    /// <summary>Looks at one check.</summary>
    public static void AssertNamed(JsonNode findings, int check, string result, string found)
    {
        var finding = findings["checks"]!.AsArray().Single(one => (int?)one!["number"] == check)!;
        Assert.True((string?)finding["result"] == result && ((string?)finding["found"])!.Contains(found, StringComparison.Ordinal), findings.ToJsonString());
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task RunAsync(params string[] command)
    {
        var ended = await AhenkCommand.RunAsync(command, "", CancellationToken.None);
        Assert.True(ended.ExitCode == 0, $"{string.Join(' ', command)}: {ended.Output}");
    }
}

/// <summary>Carries connections from an address of this machine to a port on 127.0.0.1.</summary>
internal sealed class Bridge : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;

    public Bridge(IPAddress address, int port)
    {
        _listener = new TcpListener(address, port);
        _listener.Start();
        _accepting = AcceptAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        var carrying = new List<Task>();
        try
        {
            while (true)
            {
                carrying.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token), port));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(carrying);
        }
    }

    private async Task CarryAsync(TcpClient client, int port)
    {
        using var here = client;
        using var there = new TcpClient();
        try
        {
            await there.ConnectAsync(IPAddress.Loopback, port, _end.Token);
            await Task.WhenAny(here.GetStream().CopyToAsync(there.GetStream(), _end.Token), there.GetStream().CopyToAsync(here.GetStream(), _end.Token));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or IOException)
        {
            Debug.WriteLine(ended.Message);
        }
    }
}
