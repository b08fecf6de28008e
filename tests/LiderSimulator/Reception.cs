using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.People;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>What the server does with the messages it gets (LP 3): examines, stores, answers.</summary>
internal sealed class Reception(
    LiderServerOptions options, LiderConnection connection, RegistrationDesk desk, TaskLedger tasks, AgentDirectory agents, PeopleDesk people) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _answers = [];
    private readonly ConcurrentQueue<Violation> _violations = new();
    private readonly ConcurrentQueue<IgnoredMessage> _ignored = new();
    private Task _lastRegistration = Task.CompletedTask;
    private long _received;
    private long _bounces;
    private int _maxStanzaBytes;

    public IReadOnlyCollection<Violation> Violations => _violations;

    public IReadOnlyCollection<IgnoredMessage> Ignored => _ignored;

    public long Received => Interlocked.Read(ref _received);

    public long Bounces => Interlocked.Read(ref _bounces);

    public int MaxStanzaBytes => Volatile.Read(ref _maxStanzaBytes);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_answers.Keys);
        }
        finally
        {
            _stop.Dispose();
        }
    }

    /// <summary>Takes in one message, on the reading loop.</summary>
    public void OnMessage(IncomingStanza stanza)
    {
        Interlocked.Increment(ref _received);
        if (stanza.Bytes > _maxStanzaBytes)
        {
            Volatile.Write(ref _maxStanzaBytes, stanza.Bytes);
        }

        if (stanza.Type == "error")
        {
            Interlocked.Increment(ref _bounces);
            options.Report($"{stanza.From} bounced a message");
            return;
        }

        if (options.AnswerReceipts && stanza.Id is { } id && stanza.Element.Element(XmppNames.Receipts + "request") is not null &&
            connection.Session is { } session)
        {
            session.TrySend(
                $"<message to='{XmppNames.Escape(stanza.From)}' id='{session.NextId()}' type='normal'>" +
                $"<received xmlns='urn:xmpp:receipts' id='{XmppNames.Escape(id)}'/></message>");
        }

        var (body, findings) = StanzaExamination.Examine(stanza.Element);
        Blame(stanza, findings);
        if (body is null)
        {
            return;
        }

        var message = BodyExamination.Examine(body);
        Blame(stanza, message.Findings);
        if (message.IsAccepted)
        {
            Handle(stanza, message, body);
        }
        else if (message.Type == "MISSING_PLUGIN" && options.Packages is { } packages)
        {
            OnMissingPlugin(stanza, message, packages);
        }
        else if (message.Type is "REQUEST_AGREEMENT" or "AGREEMENT_STATUS" && people.OnAgreement(XmppNames.Local(stanza.From), stanza.Id, message) is { } outcome)
        {
            Carry(stanza, message, outcome);
        }
        else if (Listeners.IsKnownButIgnored(message.Type))
        {
            Ignore(stanza, message.Type!, "the current server does not listen to it (LP 3)", body);
        }
    }

    private void Handle(IncomingStanza stanza, InboundMessage message, string body)
    {
        var agent = XmppNames.Local(stanza.From);
        switch (message.Type)
        {
            case "REGISTER" or "UNREGISTER":
                var previous = _lastRegistration;
                _lastRegistration = Answer(async token =>
                {
                    // One after the other, in the order of arrival: scripts count them. A failure of the one before is its own affair.
                    await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await RegistrationAsync(stanza.From, message, token);
                });
                break;
            case "TASK_STATUS" when IsKnown(agent):
                OnTaskStatus(stanza, message, agent, body);
                break;
            case "POLICY_STATUS" when IsKnown(agent):
                Carry(stanza, message, people.OnPolicyStatus(agent, stanza.Id, message));
                break;
            case "LOGIN" or "LOGOUT" when IsKnown(agent):
                Carry(stanza, message, people.OnSession(agent, stanza.Id, message, body));
                break;
            case "GET_POLICIES":
                Carry(stanza, message, people.OnGetPolicies(agent, stanza.Id, message));
                break;
            default:
                Ignore(stanza, message.Type!, "the sender is no registered agent (LP 3.4)", body);
                break;
        }
    }

    private bool IsKnown(string agent) => agents.Find(agent) is { IsRegistered: true };

    private void OnTaskStatus(IncomingStanza stanza, InboundMessage message, string agent, string body)
    {
        var taskId = message.Fields["taskId"] is { ValueKind: JsonValueKind.Number } number
            ? number.GetInt64()
            : long.Parse(message.Text("taskId")!.Trim(), CultureInfo.InvariantCulture);
        var data = message.Fields.TryGetValue("responseData", out var map) && map.ValueKind == JsonValueKind.Object ? map : (JsonElement?)null;
        var code = message.Text("responseCode")!;
        if (tasks.Record(taskId, agent, stanza.Id, code, message.Text("responseMessage"), data) is { } reason)
        {
            Ignore(stanza, "TASK_STATUS", reason + " (LP 3.4)", body);
            return;
        }

        options.Report($"{agent} TASK_STATUS {taskId} {code}: {message.Text("responseMessage")}");
    }

    private void Carry(IncomingStanza stanza, InboundMessage message, PeopleDesk.Outcome outcome)
    {
        options.Report($"{stanza.From} {message.Type} {message.Text("username")} {message.Text("responseCode")} {message.Text("responseMessage")}");
        if (outcome.Fault is { } fault)
        {
            Blame(stanza, [fault]);
        }

        if (outcome.Reply is { } compose)
        {
            Answer(async token =>
            {
                if (await compose(token) is { } reply)
                {
                    await connection.SendMessageAsync(stanza.From, reply, token);
                }
            });
        }
    }

    private void OnMissingPlugin(IncomingStanza stanza, InboundMessage message, Func<string, JsonObject?> packages)
    {
        var (plugin, version, now) = (message.Text("pluginName")!, message.Text("pluginVersion") ?? "", options.TimeProvider.GetUtcNow());
        var reply = packages(plugin) is { } source ? LiderMessages.InstallPlugin(plugin, version, source, now) : LiderMessages.PluginNotFound(plugin, version, now);
        options.Report($"{stanza.From} MISSING_PLUGIN {plugin} {version}");
        Answer(token => connection.SendMessageAsync(stanza.From, reply, token));
    }

    private async Task RegistrationAsync(string sender, InboundMessage message, CancellationToken cancellationToken)
    {
        var name = RegistrationDesk.Name(message);
        var decision = message.Type == "REGISTER" ? await desk.RegisterAsync(message, cancellationToken) : desk.Unregister(message);
        options.Report($"{name} {message.Type} from {sender}: {decision.Status ?? "no answer"} ({decision.Note})");
        if (decision.Status is null)
        {
            return;
        }

        if (decision.AddToRoster)
        {
            await connection.AddToRosterAsync(name, cancellationToken);
        }

        await Task.Delay(options.Registration.ReplyDelay, options.TimeProvider, cancellationToken);
        var reply = LiderMessages.RegistrationResponse(decision.Status, decision.Note, decision.AgentDn, options.Edition, options.TimeProvider.GetUtcNow());
        if (await connection.SendMessageAsync(sender, reply, cancellationToken) && decision.Status == "UNREGISTERED")
        {
            // Removing an account ends its session on an XMPP server: the answer must be through before that.
            await connection.RequireSession().DrainAsync(cancellationToken);
            await desk.RemoveAsync(name, cancellationToken);
        }
    }

    /// <summary>
    /// Runs an answer beside the reading loop, as Smack's asynchronous listeners do. A failure is what it is on the real server: no answer
    /// (LP 4.1 step 8); here it is reported.
    /// </summary>
    private Task Answer(Func<CancellationToken, Task> answer)
    {
        var task = Task.Run(
            async () =>
            {
                try
                {
                    await answer(_stop.Token);
                }
                catch (Exception e) when (e is BareXmppException or IOException or TimeoutException or System.Net.Sockets.SocketException)
                {
                    options.Report($"no answer was sent: {e.Message}");
                }
                catch (OperationCanceledException) when (_stop.IsCancellationRequested)
                {
                    options.Report("an answer was abandoned at the end");
                }
            },
            CancellationToken.None);
        _answers[task] = 0;
        _ = task.ContinueWith(
            done =>
            {
                if (done.IsCompletedSuccessfully)
                {
                    _answers.TryRemove(done, out _);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }

    private void Blame(IncomingStanza stanza, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            _violations.Enqueue(new Violation(stanza.From, stanza.Id, stanza.Body, finding.Reason, finding.IsDropped));
            options.Report($"VIOLATION by {stanza.From}: {finding.Reason}");
        }
    }

    private void Ignore(IncomingStanza stanza, string type, string reason, string body)
    {
        _ignored.Enqueue(new IgnoredMessage(XmppNames.Local(stanza.From), type, reason, body));
        options.Report($"ignored {type} of {stanza.From}: {reason}");
    }
}
