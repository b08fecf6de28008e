using System.Globalization;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;
using Ahenk.XmppServers;

namespace Ahenk.TestSite;

/// <summary>A whole installation on loopback: an XMPP server, Lider's simulator, and one agent.</summary>
public sealed class Site : IAsyncDisposable
{
    /// <summary>A directory user who may register machines.</summary>
    public const string Admin = "domadmin";

    /// <summary>That user's password.</summary>
    public const string AdminPassword = "s3cret";

    private Site(IXmppTestServer server, LiderServer lider, AgentProcess agent)
    {
        Server = server;
        Lider = lider;
        Agent = agent;
    }

    /// <summary>The XMPP server.</summary>
    public IXmppTestServer Server { get; }

    /// <summary>Lider.</summary>
    public LiderServer Lider { get; }

    /// <summary>The agent.</summary>
    public AgentProcess Agent { get; }

    /// <summary>The agent's name at Lider, once it has registered.</summary>
    public string AgentName { get; private set; } = "";

    /// <summary>How bare clients reach the server.</summary>
    public BareXmppOptions Bare => new() { Port = Server.Port, Domain = Server.Domain };

    /// <summary>Starts server and Lider and prepares an agent that is not running yet.</summary>
    public static async Task<Site> CreateAsync(
        IXmppTestServer server, Func<LiderServerOptions, LiderServerOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        await server.StartAsync(cancellationToken);
        var options = new LiderServerOptions
        {
            Xmpp = new BareXmppOptions
            {
                Port = server.Port,
                Domain = server.Domain,
                Username = "lider_sunucu",
                Password = "lider",
                Resource = "Smack",
            },
        };
        options.Registration.AuthorizedUser = Admin;
        options.Registration.AuthorizedPassword = AdminPassword;
        var lider = await LiderServer.StartAsync(configure?.Invoke(options) ?? options, cancellationToken);
        var agent = new AgentProcess();
        agent.Set("CONNECTION", "host", "127.0.0.1")
            .Set("CONNECTION", "port", server.Port.ToString(CultureInfo.InvariantCulture))
            .Set("CONNECTION", "servicename", server.Domain)
            .Set("CONNECTION", "tls_ca_file", server.CaFile)
            .RegisterAs(Admin, AdminPassword);
        return new Site(server, lider, agent);
    }

    /// <summary>Starts the agent and waits until Lider sees it online.</summary>
    public async Task BringOnlineAsync(CancellationToken cancellationToken)
    {
        await Agent.StartAsync();
        try
        {
            var online = Lider.Agents.WaitForOnlineAsync(null, TimeSpan.FromSeconds(60), cancellationToken);
            if (await Task.WhenAny(online, Agent.Exited) != online)
            {
                throw new InvalidOperationException($"The agent ended with {await Agent.Exited}.");
            }

            AgentName = (await online).Name;
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
        {
            throw new InvalidOperationException($"The agent did not come online: {failure.Message}\n{Agent.Output}", failure);
        }
    }

    /// <summary>Sends a task to the agent.</summary>
    public Task SendAsync(long id, string plugin, string command, JsonObject? parameters, CancellationToken cancellationToken) =>
        Lider.SendTaskAsync(AgentName, new TaskOrder(id, plugin, command, parameters), cancellationToken);

    /// <summary>Sends a task and waits for its answer.</summary>
    public async Task<TaskAnswer> RunAsync(long id, string plugin, string command, JsonObject? parameters, CancellationToken cancellationToken)
    {
        await SendAsync(id, plugin, command, parameters, cancellationToken);
        return await Lider.Tasks.WaitForAnswerAsync(id, TimeSpan.FromSeconds(60), cancellationToken: cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Lider.DisposeAsync();
        await Server.DisposeAsync();
    }
}
