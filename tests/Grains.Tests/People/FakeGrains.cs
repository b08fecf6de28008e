using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.People;

/// <summary>Policies that note what they are told.</summary>
public sealed class FakePolicyGrain(Journal journal) : Grain, IPolicyGrain
{
    private string User => this.GetPrimaryKeyString();

    public Task Enter(string user) => Note($"policies enter {user}");

    public Task Resume(string user) => Note($"policies resume {user}");

    public Task Leave() => Note($"policies leave {User}");

    public Task Undone() => Note($"policies undone {User}");

    public Task Receive(string body) => throw new NotSupportedException();

    public Task<PoliciesInUse> UserChanged(string user, PoliciesInUse? policies, bool undone, string? answer) => throw new NotSupportedException();

    public Task<PoliciesInUse> GetPolicies() => throw new NotSupportedException();

    public Task Replan() => throw new NotSupportedException();

    public Task Forget() => throw new NotSupportedException();

    public Task<PolicyReportView> Explain() => throw new NotSupportedException();

    public Task Complete(PluginWork work, TaskOutcome outcome) => throw new NotSupportedException();

    public Task PluginAvailable(string plugin) => throw new NotSupportedException();

    public Task PluginUnavailable(string plugin, string? version, string reason) => throw new NotSupportedException();

    private Task Note(string line)
    {
        journal.Add(line);
        return Task.CompletedTask;
    }
}

/// <summary>An agreement that asks what the test says, until it is accepted.</summary>
public sealed class FakeAgreementGrain(FakeAgreement agreement, Journal journal) : Grain, IAgreementGrain
{
    public Task Start() => throw new NotSupportedException();

    public Task Receive(string source) => throw new NotSupportedException();

    public Task<AgreementQuestion?> Find(string user) =>
        Task.FromResult(agreement.Text is { } text && !agreement.Accepted.Contains(user) ? new AgreementQuestion("md5", text) : null);

    public Task<AgreementReport> GetReport(string user) => throw new NotSupportedException();

    public Task Answer(string user, string md5, bool accepted)
    {
        if (agreement.Failures-- > 0)
        {
            throw new StorageException("/test/ahenk.db", "The disk is full.");
        }

        if (accepted)
        {
            agreement.Accepted.Add(user);
        }

        journal.Add($"answer {user} {md5} {accepted}");
        return Task.CompletedTask;
    }
}

/// <summary>What outlives the agreement's grain, and the prompt.</summary>
public sealed class FakeAgreement(Journal journal) : IAgreementPrompt
{
    /// <summary>The text; null: nobody is asked.</summary>
    public string? Text { get; set; }

    public HashSet<string> Accepted { get; } = [];

    public int Failures { get; set; }

    /// <summary>What the user does; the default waits until the question is taken away.</summary>
    public Func<CancellationToken, Task<AgreementReply>> OnAsk { get; set; } = async cancelled =>
    {
        await Task.Delay(Timeout.Infinite, cancelled);
        return AgreementReply.Closed;
    };

    public async Task<AgreementReply> AskAsync(string user, AgreementQuestion question, CancellationToken cancellationToken)
    {
        journal.Add($"ask {user} {question.Text}");
        try
        {
            return await OnAsk(cancellationToken);
        }
        finally
        {
            journal.Add($"asked {user}");
        }
    }
}
