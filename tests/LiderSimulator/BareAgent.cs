using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>
/// The least an agent can be: registers, accepts the subscription, answers each task the moment it arrives and keeps nothing. It proves the
/// simulator, and it is the floor that a real agent's round trips are compared with.
/// </summary>
public sealed class BareAgent : IAsyncDisposable
{
    private readonly BareAgentOptions _options;
    private readonly string _lider;
    private BareXmppConnection? _session;
    private long _answered;

    private BareAgent(BareAgentOptions options)
    {
        _options = options;
        _lider = $"{options.LiderUser}@{options.Server.Domain}/Smack";
    }

    /// <summary>Tasks answered.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    /// <summary>Receipts that came back for answers.</summary>
    public long Receipts { get; private set; }

    /// <summary>Completes when the session has ended.</summary>
    public Task<string> Closed => _session!.Closed;

    /// <summary>Registers over an anonymous connection (LP 4.1).</summary>
    /// <returns>The REGISTRATION_RESPONSE.</returns>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    public static async Task<JsonObject> RegisterAsync(BareAgentOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var response = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var session = await BareXmppConnection.ConnectAsync(
            options.Server with { Username = null },
            stanza =>
            {
                if (stanza.Body is { } body && JsonNode.Parse(body) is JsonObject fields &&
                    (string?)fields["type"] == "REGISTRATION_RESPONSE")
                {
                    response.TrySetResult(fields);
                }
            },
            cancellationToken);
        var lider = $"{options.LiderUser}@{options.Server.Domain}/Smack";
        await session.SendMessageAsync(lider, RegisterBody(options), cancellationToken);
        return await response.Task.WaitAsync(timeout, cancellationToken);
    }

    /// <summary>Logs in with the agent's own account and answers tasks from then on.</summary>
    public static async Task<BareAgent> ConnectAsync(BareAgentOptions options, CancellationToken cancellationToken)
    {
        var agent = new BareAgent(options);
        agent._session = await BareXmppConnection.ConnectAsync(
            options.Server with { Username = options.Name, Password = options.Password }, agent.OnStanza, cancellationToken);
        await agent._session.SendAsync("<presence><priority>1</priority></presence>", cancellationToken);
        return agent;
    }

    /// <summary>Sends any body to Lider.</summary>
    public async Task SendAsync(string body, CancellationToken cancellationToken) =>
        await _session!.SendMessageAsync(_lider, body, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string RegisterBody(BareAgentOptions options) => JacksonJson.Write(new JsonObject
    {
        ["type"] = "REGISTER",
        ["from"] = options.Name,
        ["password"] = options.Password,
        ["hostname"] = options.Name,
        ["ipAddresses"] = "10.0.1.7",
        ["macAddresses"] = options.MacAddress,
        ["userName"] = options.AuthorizingUser,
        ["userPassword"] = options.AuthorizingPassword,
        ["data"] = new JsonObject { ["os.name"] = "Linux", ["hardware.memory.total"] = 7870, ["hardware.disk.total"] = "476940" },
        ["timestamp"] = "05-03-2026 11:40",
    });

    private void OnStanza(IncomingStanza stanza)
    {
        if (stanza.Name == "presence")
        {
            if (stanza.Type == "subscribe")
            {
                _session!.TrySend($"<presence to='{XmppNames.Escape(XmppNames.Bare(stanza.From))}' type='subscribed'/>");
            }

            return;
        }

        if (stanza.Element.Element(XmppNames.Receipts + "received") is not null)
        {
            Receipts++;
        }
        else if (stanza.Body is { } body && stanza.Type != "error" && XmppNames.Local(stanza.From) == _options.LiderUser)
        {
            using var message = JsonDocument.Parse(body);
            if (message.RootElement.GetProperty("type").ValueEquals("EXECUTE_TASK"))
            {
                using var task = JsonDocument.Parse(message.RootElement.GetProperty("task").GetString()!);
                Answer(task.RootElement.GetProperty("id").GetInt64());
            }
        }
    }

    private void Answer(long taskId)
    {
        var session = _session!;
        var id = session.NextId();
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"type\":\"TASK_STATUS\",\"taskId\":{taskId},\"responseCode\":\"TASK_PROCESSED\",\"responseMessage\":\"done\",\"responseData\":{{\"Result\":\"\"}},\"contentType\":\"APPLICATION_JSON\"}}");
        var request = _options.RequestReceipts ? "<request xmlns='urn:xmpp:receipts'/>" : "";
        if (session.TrySend(BareXmppConnection.ComposeMessage(_lider, body, id, request)))
        {
            Interlocked.Increment(ref _answered);
        }
    }
}
