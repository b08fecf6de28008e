using System.Net;
using Ahenk.Gateway.Xmpp.Tests.Scripted;
using Ahenk.Gateway.Xmpp.Xmpp;

namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>A client against a scripted server. The server's side closes first, so that ending a test waits for nothing.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public const string User = "agent";
    public const string Secret = "gizli-Parola=7,x";

    private readonly List<RunningClient> _clients = [];

    private Scene(ScriptedServer server)
    {
        Server = server;
    }

    public ScriptedServer Server { get; }

    public RunningClient Running => _clients[^1];

    public XmppClient Client => Running.Client;

    public RecordingHandler Handler => Running.Handler;

    /// <summary>A client in plain text that retries at once, against a new server.</summary>
    public static Scene Start(
        Func<XmppClientOptions, XmppClientOptions>? configure = null,
        RecordingHandler? handler = null,
        IStreamJournal? journal = null,
        TimeProvider? time = null,
        Random? random = null,
        IPAddress? address = null)
    {
        var scene = new Scene(new ScriptedServer(address));
        scene.StartClient(configure, handler, journal, time, random, address);
        return scene;
    }

    /// <summary>Starts a client and takes it to its session.</summary>
    public static async Task<(Scene Scene, ScriptedConnection Connection)> OnlineAsync(
        Func<XmppClientOptions, XmppClientOptions>? configure = null,
        RecordingHandler? handler = null,
        IStreamJournal? journal = null,
        TimeProvider? time = null,
        SessionScript? script = null)
    {
        var scene = Start(configure, handler, journal, time);
        try
        {
            var connection = await scene.Server.AcceptSessionAsync(script);
            await scene.Client.WaitForSessionAsync(TestContext.Current.CancellationToken).Within("the session");
            await scene.Handler.NextSessionAsync();
            return (scene, connection);
        }
        catch
        {
            // Left alone, the client would knock at a closed port as long as the tests run.
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the client has dealt with everything the server wrote so far, and adds one message to what it has heard.</summary>
    public async Task SettleAsync(ScriptedConnection connection)
    {
        var mark = Guid.NewGuid().ToString("N");
        await connection.MessageAsync(mark);
        Assert.Equal(mark, (await Handler.NextMessageAsync("the message behind everything else")).Body);
    }

    /// <summary>Another client against the same server, as after a restart of the process.</summary>
    public RunningClient StartClient(
        Func<XmppClientOptions, XmppClientOptions>? configure = null,
        RecordingHandler? handler = null,
        IStreamJournal? journal = null,
        TimeProvider? time = null,
        Random? random = null,
        IPAddress? address = null)
    {
        var options = new XmppClientOptions
        {
            ServiceName = Steps.Domain,
            Host = (address ?? IPAddress.Loopback).ToString(),
            Port = Server.Port,
            Credentials = new XmppCredentials.Password(User, Secret),
            Tls = TlsMode.Never,
            BackoffFirst = TimeSpan.FromMilliseconds(20),
            BackoffMost = TimeSpan.FromMilliseconds(20),
        };
        var running = RunningClient.Start(configure is null ? options : configure(options), handler, journal, time, random);
        _clients.Add(running);
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        var stopping = _clients.Select(client => client.DisposeAsync().AsTask()).ToList();
        await Server.DisposeAsync();
        await Task.WhenAll(stopping);
    }
}
