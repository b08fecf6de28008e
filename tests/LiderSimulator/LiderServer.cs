using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>
/// The Lider server as an agent sees it: registers agents, sends tasks, stores answers, and notes every breach of the wire contract. Its
/// behaviour is that of liderapi ("LA") as LP tells it.
/// </summary>
public sealed class LiderServer : IAsyncDisposable
{
    private readonly LiderServerOptions _options;
    private readonly LiderConnection _connection;
    private readonly RegistrationDesk _desk;
    private readonly Reception _reception;

    private LiderServer(LiderServerOptions options)
    {
        _options = options;
        Tasks = new TaskLedger(options.TimeProvider);
        Agents = new AgentDirectory(options.TimeProvider);
        _desk = new RegistrationDesk(options, Agents);
        _connection = new LiderConnection(options, OnStanza, Agents.ForgetPresence);
        People = new PeopleDesk(options, Agents);
        _reception = new Reception(options, _connection, _desk, Tasks, Agents, People);
    }

    /// <summary>Tasks and their answers.</summary>
    public TaskLedger Tasks { get; }

    /// <summary>The agents the server knows.</summary>
    public AgentDirectory Agents { get; }

    /// <summary>Users: their sessions, policies and answers to the agreement.</summary>
    public PeopleDesk People { get; }

    /// <summary>Every breach of the wire contract so far.</summary>
    public IReadOnlyCollection<Violation> Violations => _reception.Violations;

    /// <summary>Messages without fault that the server ignored silently, with the reason.</summary>
    public IReadOnlyCollection<IgnoredMessage> Ignored => _reception.Ignored;

    /// <summary>Messages received, bounces included.</summary>
    public long MessagesReceived => _reception.Received;

    /// <summary>Own messages that came back as errors, for example from a full offline store (LP 1.9).</summary>
    public long Bounces => _reception.Bounces;

    /// <summary>Size of the largest message stanza received, in bytes as the XMPP server wrote it.</summary>
    public int MaxStanzaBytes => _reception.MaxStanzaBytes;

    /// <summary>How often the session was opened anew.</summary>
    public int Reconnects => _connection.Reconnects;

    /// <summary>Whether a session stands.</summary>
    public bool IsOnline => _connection.Session is not null;

    /// <summary>Logs in, creating the server's account when it is missing, and shows presence.</summary>
    /// <exception cref="BareXmppException">The XMPP server refused.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The XMPP server cannot be reached.</exception>
    public static async Task<LiderServer> StartAsync(LiderServerOptions options, CancellationToken cancellationToken)
    {
        if (options.Xmpp.Username is null)
        {
            throw new ArgumentException("Lider has an account; a username is needed.", nameof(options));
        }

        var server = new LiderServer(options);
        try
        {
            await server._connection.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a session after so many reconnections.</summary>
    /// <exception cref="TimeoutException">There was none in time, or the server has given up.</exception>
    public Task WaitForSessionAsync(int reconnects, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _connection.WaitForSessionAsync(reconnects, timeout, cancellationToken);

    /// <summary>
    /// Makes an agent known without REGISTER, as if it had registered long ago. Its account is created when it is missing.
    /// </summary>
    public async Task AddAgentAsync(string name, string password, IReadOnlyList<string> macAddresses, CancellationToken cancellationToken)
    {
        await _desk.CreateAccountAsync(name, password, cancellationToken);
        Agents.Update(name, agent => agent with { IsRegistered = true, MacAddresses = macAddresses });
        await _connection.AddToRosterAsync(name, cancellationToken);
    }

    /// <summary>
    /// Sends EXECUTE_TASK to an agent's bare JID, online or not (LP 1.7). The message is lost when the server has no session (LP 1.9): see
    /// <see cref="ResendUnansweredAsync"/>.
    /// </summary>
    /// <returns>Whether it was handed to the session.</returns>
    /// <exception cref="ArgumentException">This task was already sent to this agent.</exception>
    public Task<bool> SendTaskAsync(string agent, TaskOrder order, CancellationToken cancellationToken)
    {
        var body = LiderMessages.ExecuteTask(order, _options.Edition, Now, TimeZoneInfo.Local);
        return SendTaskBodyAsync(agent, order, body, cancellationToken);
    }

    /// <summary>As <see cref="SendTaskAsync(string, TaskOrder, CancellationToken)"/>.</summary>
    public Task<bool> SendTaskAsync(
        string agent, long taskId, string plugin, string command, JsonObject? parameters, string? cron, CancellationToken cancellationToken) =>
        SendTaskAsync(agent, new TaskOrder(taskId, plugin, command, parameters) { Cron = cron }, cancellationToken);

    /// <summary>Sends EXECUTE_TASK with a task that is Java text instead of JSON (LP 2.2.2).</summary>
    public Task<bool> SendTaskPartAsync(string agent, TaskOrder order, CancellationToken cancellationToken) =>
        SendTaskBodyAsync(agent, order, LiderMessages.ExecuteTaskPart(order, Now, TimeZoneInfo.Local), cancellationToken);

    /// <summary>Expects answers to a task that a test writes itself and sends with <see cref="SendRawAsync"/>.</summary>
    public Task<bool> SendTaskBodyAsync(string agent, TaskOrder order, string body, CancellationToken cancellationToken)
    {
        Tasks.Add(agent, order, body, _options.RowDelay);
        return DispatchAsync(agent, order.TaskId, body, cancellationToken);
    }

    /// <summary>Sends UPDATE_SCHEDULED_TASK (LP 2.4).</summary>
    public Task<bool> UpdateScheduledTaskAsync(string agent, long taskId, string? cron, CancellationToken cancellationToken) =>
        SendRawAsync(
            agent, LiderMessages.UpdateScheduledTask(agent, taskId, cron, _options.Edition, Now, TimeZoneInfo.Local), cancellationToken);

    /// <summary>Sends any text as the body of a <c>normal</c> message to an agent's bare JID, or to a full JID.</summary>
    /// <returns>Whether it was handed to a session.</returns>
    public Task<bool> SendRawAsync(string to, string body, CancellationToken cancellationToken) =>
        _connection.SendMessageAsync(to, body, cancellationToken);

    /// <summary>Sends the tasks without a final answer once more; the real server never does. Returns how many.</summary>
    public async Task<int> ResendUnansweredAsync(CancellationToken cancellationToken)
    {
        var sent = 0;
        foreach (var task in Tasks.Unanswered())
        {
            sent += await DispatchAsync(task.Agent, task.TaskId, task.Body, cancellationToken) ? 1 : 0;
        }

        return sent;
    }

    /// <summary>Waits until the XMPP server has taken all that was sent.</summary>
    /// <exception cref="BareXmppException">There is no session, or it ended meanwhile.</exception>
    public Task DrainAsync(CancellationToken cancellationToken) => _connection.RequireSession().DrainAsync(cancellationToken);

    /// <summary>Ends the session in order; answers under way are abandoned. Throws what went wrong inside meanwhile.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _reception.DisposeAsync();
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }

    private DateTimeOffset Now => _options.TimeProvider.GetUtcNow();

    private async Task<bool> DispatchAsync(string agent, long taskId, string body, CancellationToken cancellationToken)
    {
        var isSent = await SendRawAsync(agent, body, cancellationToken);
        if (isSent)
        {
            Tasks.MarkSent(agent, taskId, _options.RowDelay);
        }

        return isSent;
    }

    private void OnStanza(IncomingStanza stanza)
    {
        switch (stanza.Name)
        {
            case "iq":
                Agents.ObserveRoster(stanza.Element);
                break;
            case "presence":
                OnPresence(stanza);
                break;
            case "message":
                _reception.OnMessage(stanza);
                break;
            default:
                break;
        }
    }

    private void OnPresence(IncomingStanza presence)
    {
        if (XmppNames.Local(presence.From) == _options.Xmpp.Username)
        {
            return;
        }

        if (presence.Type == "subscribe")
        {
            // Smack's roster mode is accept_all (LP 1.7).
            _connection.Session?.TrySend($"<presence to='{XmppNames.Escape(XmppNames.Bare(presence.From))}' type='subscribed'/>");
        }

        Agents.ObservePresence(presence);
        _options.Report($"{presence.From} presence {presence.Type ?? "available"}");
    }
}
