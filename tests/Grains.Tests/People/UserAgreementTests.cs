using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.People;

[Trait("Category", "Unit")]
public sealed class UserAgreementTests
{
    private readonly PeopleWorld _world = new();

    public UserAgreementTests() => _world.Agreement.Text = "Be good.";

    [Fact]
    public async Task Nothing_happens_before_the_agreement_is_accepted()
    {
        var answer = new TaskCompletionSource<AgreementReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _world.Agreement.OnAsk = _ => answer.Task;
        await using var agent = await PeopleCluster.StartAsync(_world);

        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("ask ayse Be good.");
        Assert.Equal(["ask ayse Be good."], _world.Happened);
        answer.SetResult(AgreementReply.Accepted);
        await _world.Journal.When("policies enter ayse");

        Assert.Equal(["ask ayse Be good.", "asked ayse", "answer ayse md5 True", "message LOGIN"], _world.Happened.Take(4));
    }

    [Theory]
    [InlineData(AgreementReply.Refused)]
    [InlineData(AgreementReply.Closed)]
    [InlineData(AgreementReply.TimedOut)]
    public async Task Who_does_not_accept_is_logged_out_and_asked_again_at_the_next_login(AgreementReply reply)
    {
        _world.Machine.SetSessions(PeopleMachine.Session("ayse"), PeopleMachine.Session("mehmet"), PeopleMachine.Session(@"LIDER\ayse") with { Id = "c7" });
        _world.Agreement.OnAsk = _ => Task.FromResult(reply);
        await using var agent = await PeopleCluster.StartAsync(_world);

        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("end c7");
        await _world.Journal.When("end ayse-1");
        Assert.Equal(UserStage.Refused, (await agent.User("ayse").GetReport()).Stage);
        Assert.Equal(1, _world.Journal.Count("answer ayse md5 False"));
        Assert.Equal(["mehmet"], _world.Machine.Listed.Select(session => session.UserName));

        _world.Agreement.OnAsk = _ => Task.FromResult(AgreementReply.Accepted);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("policies enter ayse");
        await agent.User("ayse").Logout();
        await _world.Journal.When("out ayse");
        Assert.Equal((1, 1), (_world.CountOf("LOGIN"), _world.CountOf("LOGOUT")));
    }

    [Fact]
    public async Task Who_refused_and_went_leaves_nothing_to_tell()
    {
        _world.Agreement.OnAsk = _ => Task.FromResult(AgreementReply.Refused);
        await using var agent = await PeopleCluster.StartAsync(_world);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("stored ayse Refused");

        await agent.User("ayse").Logout();
        await _world.Journal.When("out ayse");

        Assert.Empty(_world.Messages);
        Assert.Empty(_world.Store.Documents);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_cannot_be_asked_may_work_or_not_as_it_is_configured(bool allowed)
    {
        _world.Options = _world.Options with { AllowWithoutUi = allowed };
        _world.Machine.SetUsers("ayse");
        _world.Agreement.OnAsk = _ => Task.FromResult(AgreementReply.NotAsked);
        await using var agent = await PeopleCluster.StartAsync(_world);

        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When(allowed ? "policies enter ayse" : "end ayse-1");

        Assert.DoesNotContain(_world.Happened, line => line.StartsWith("answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_logout_takes_the_question_away()
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("ask ayse Be good.");

        await agent.User("ayse").Logout();
        await _world.Journal.When("asked ayse");
        Assert.Equal(UserStage.Out, (await agent.User("ayse").GetReport()).Stage);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("ask ayse Be good.", 2);

        Assert.DoesNotContain(_world.Happened, line => line.StartsWith("answer", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "policies enter ayse", "The agreement is accepted.")]
    [InlineData(false, "stored ayse Refused", "The agreement is refused; your session will be ended.")]
    public async Task The_command_line_answers_as_the_dialog_does(bool accepted, string then, string sentence)
    {
        await using var agent = await PeopleCluster.StartAsync(_world);
        await agent.User("ayse").Login(new UserLogin());
        await _world.Journal.When("ask ayse Be good.");

        Assert.Equal(sentence, await agent.User("ayse").AnswerAgreement(accepted));
        await _world.Journal.When(then);

        Assert.Contains("asked ayse", _world.Happened);
        Assert.Equal(1, _world.Journal.Count($"answer ayse md5 {accepted}"));
        Assert.Contains(
            new AuditEntry(AuditSource.Agent, AuditAction.AgreementAnswered) { User = "ayse", Result = accepted ? "accepted" : "refused" }, _world.Audit.Entries);
        Assert.Equal("No agreement waits for your answer at the moment.", await agent.User("ayse").AnswerAgreement(true));
    }

    [Fact]
    public async Task An_answer_that_cannot_be_stored_is_not_asked_for_again()
    {
        _world.Agreement.Failures = 2;
        _world.Agreement.OnAsk = _ => Task.FromResult(AgreementReply.Accepted);
        await using var agent = await PeopleCluster.StartAsync(_world);

        await agent.User("ayse").Login(new UserLogin());
        await agent.When("policies enter ayse");

        Assert.Equal(1, _world.Journal.Count("ask ayse Be good."));
    }

    [Fact]
    public async Task A_prompt_that_fails_is_shown_again()
    {
        var times = 0;
        _world.Agreement.OnAsk = _ => ++times < 3 ? throw new InvalidOperationException("broken") : Task.FromResult(AgreementReply.Accepted);
        await using var agent = await PeopleCluster.StartAsync(_world);

        await agent.User("ayse").Login(new UserLogin());
        await agent.When("policies enter ayse");

        Assert.Equal(3, times);
    }

    [Fact]
    public async Task Who_was_being_asked_when_the_agent_stopped_is_asked_again()
    {
        await using (var agent = await PeopleCluster.StartAsync(_world))
        {
            await agent.User("ayse").Login(new UserLogin());
            await _world.Journal.When("ask ayse Be good.");
        }

        _world.Agreement.OnAsk = _ => Task.FromResult(AgreementReply.Accepted);
        await using var next = await PeopleCluster.StartAsync(_world);
        await next.User("ayse").Resume();
        await _world.Journal.When("policies enter ayse");

        Assert.Equal((2, 1), (_world.Journal.Count("ask ayse Be good."), _world.CountOf("LOGIN")));
    }
}
