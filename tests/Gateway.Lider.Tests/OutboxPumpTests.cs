using Ahenk.Gateway.Lider.Tests.Rig;
using Ahenk.Gateway.Xmpp;
using Ahenk.Gateway.Xmpp.Xmpp;
using Ahenk.Grains.Interfaces;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ahenk.Gateway.Lider.Tests;

[Trait("Category", "Unit")]
public sealed class OutboxPumpTests : IAsyncLifetime
{
    private readonly MemoryOutbox _outbox = new();
    private readonly FakeTimeProvider _clock = Given.Clock();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeXmppClient _client;
    private Task _running = Task.CompletedTask;

    public OutboxPumpTests()
    {
        var journal = new StreamJournal(new NoStreams(), _outbox);
        _client = new FakeXmppClient(
            Given.Options.ToClientOptions(new XmppCredentials.Anonymous(), null, permanent: true),
            new LiderInbox(FakeGrains.New().Factory, _outbox, Given.Options, _clock, NullLogger<LiderInbox>.Instance),
            journal);
    }

    public ValueTask InitializeAsync()
    {
        _running = new OutboxPump(_outbox, _client, Given.Lider, _clock, NullLogger.Instance).RunAsync(_stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        var failure = await Record.ExceptionAsync(() => _running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(failure is null or OperationCanceledException, $"{failure}");
        _stop.Dispose();
    }

    [Fact]
    public async Task What_waits_is_sent_in_order_once_there_is_a_session()
    {
        await Add("one", "two", "three");
        Assert.Empty(_client.Sent);

        _client.GoOnline();
        await _client.WhenSent(3);

        Assert.Equal(["one", "two", "three"], _client.Sent.Select(message => message.Body));
        Assert.All(_client.Sent, message => Assert.Equal((Given.Lider, true, "normal"), (message.To, message.RequestReceipt, message.Type)));
        Assert.Equal(["s1", "s2", "s3"], _client.Sent.Select(message => message.Id));
    }

    [Fact]
    public async Task What_is_added_while_a_session_stands_is_sent()
    {
        _client.GoOnline();
        await Add("one");
        await _client.WhenSent(1);
        await Add("two");
        await _client.WhenSent(2);

        Assert.Equal(["one", "two"], _client.Sent.Select(message => message.Body));
    }

    [Fact]
    public async Task A_message_is_not_sent_before_it_is_due()
    {
        _client.GoOnline();
        await _outbox.AddAsync(new OutboxDraft("later", Given.Now + TimeSpan.FromMilliseconds(500)));
        await Add("now");
        await _client.WhenSent(1);
        Assert.Equal("now", Assert.Single(_client.Sent).Body);

        await _clock.AdvanceUntil(_client.WhenSent(2), TimeSpan.FromMilliseconds(100));

        Assert.Equal("later", _client.Sent[1].Body);
        Assert.True(_clock.GetUtcNow() >= Given.Now + TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_kept_for_an_hour_and_the_others_are_sent()
    {
        _client.OnSend = message => message.Body == "huge" ? SendOutcome.TooLarge : SendOutcome.Sent;
        await Add("huge", "small");

        _client.GoOnline();
        await _client.WhenSent(1);
        await _outbox.Changed.When(() => _outbox.Calls.Count > 0);

        Assert.Equal(["return s1 13:00:00"], _outbox.Calls);
        Assert.Equal("small", Assert.Single(_client.Sent).Body);
        Assert.Equal(2, _outbox.Count);
    }

    [Fact]
    public async Task What_met_no_session_is_sent_over_the_next_one()
    {
        var refused = new TaskCompletionSource();
        _client.OnSend = _ =>
        {
            _client.Fail(XmppFailureKind.ConnectionLost);
            refused.TrySetResult();
            return SendOutcome.NotConnected;
        };
        await Add("one");
        _client.GoOnline();
        await refused.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_client.Sent);

        _client.OnSend = _ => SendOutcome.Sent;
        _client.GoOnline();
        await _client.WhenSent(1);

        Assert.Equal("one", Assert.Single(_client.Sent).Body);
    }

    [Fact]
    public async Task A_message_that_came_back_is_sent_again_when_it_is_due()
    {
        await Add("one");
        _client.GoOnline();
        await _client.WhenSent(1);

        await _outbox.ReturnAsync("s1", Given.Now + TimeSpan.FromMinutes(2));
        await _clock.AdvanceUntil(_client.WhenSent(2), TimeSpan.FromSeconds(10));

        Assert.Equal(["s1", "s1"], _client.Sent.Select(message => message.Id));
        Assert.True(_clock.GetUtcNow() >= Given.Now + TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_database_that_fails_is_tried_again()
    {
        await Add("one");
        _outbox.IsBroken = true;
        _client.GoOnline();
        await _clock.AdvanceUntil(_outbox.Changed.When(() => _outbox.Failures >= 3), TimeSpan.FromSeconds(1));
        Assert.Empty(_client.Sent);

        _outbox.IsBroken = false;
        await _clock.AdvanceUntil(_client.WhenSent(1), TimeSpan.FromSeconds(1));

        Assert.Equal("one", Assert.Single(_client.Sent).Body);
    }

    private async Task Add(params string[] bodies)
    {
        foreach (var body in bodies)
        {
            await _outbox.AddAsync(new OutboxDraft(body, Given.Now));
        }
    }
}
