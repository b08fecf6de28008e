using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Silo.Control;

/// <summary>The user agreement over the control socket: everybody reads and answers it for themselves; root may name somebody.</summary>
internal sealed class AgreementControl(IGrainFactory grains, IAccounts accounts, CallerNames callers) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods =>
    [
        new("agreement", async (request, caller, token) => await Describe(request, caller, token)) { IsForEverybody = true },
        ControlMethod.Change("agreement_answer", async (request, caller, token) => await Answer(request, caller, token)) with
        {
            IsForEverybody = true,
            About = static (request, entry) => entry with { User = request.Said("user") },
            Outcome = ControlMethod.Message,
        },
    ];

    /// <summary>The text and what the user said to it.</summary>
    /// <exception cref="ControlException">The user is not known, or not the caller.</exception>
    public async Task<JsonObject> Describe(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken)
    {
        var user = await FindUser(request, caller, cancellationToken);
        var report = await grains.GetGrain<IAgreementGrain>(0).GetReport(user);
        return new JsonObject
        {
            ["user"] = user,
            ["required"] = report.IsRequired,
            ["md5"] = report.Question.Md5,
            ["text"] = report.Question.Text,
            ["accepted"] = report.Accepted,
            ["answered_at"] = report.AnsweredAt,
        };
    }

    /// <summary>Answers for the user.</summary>
    /// <exception cref="ControlException">The user is not known, not the caller, or has read another text than the one that stands.</exception>
    public async Task<JsonObject> Answer(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken)
    {
        var accepted = request.Params["accepted"] is JsonValue value && value.TryGetValue<bool>(out var said)
            ? said
            : throw new ControlException(JsonRpc.InvalidParams, "The parameter 'accepted' must be true or false.");
        var read = request.Text("md5");
        var user = await FindUser(request, caller, cancellationToken);
        var report = await grains.GetGrain<IAgreementGrain>(0).GetReport(user);
        if (report.Question.Md5 != read)
        {
            throw new ControlException(JsonRpc.InvalidParams, "The agreement has changed meanwhile: read it again and answer then.");
        }

        return new JsonObject { ["message"] = await grains.GetGrain<IUserSessionGrain>(user).AnswerAgreement(accepted) };
    }

    /// <summary>Whom a call is about: of others than root always themselves, whatever the name service would say of the name they give.</summary>
    private async Task<string> FindUser(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken)
    {
        var name = request.Params.ContainsKey("user") ? request.Text("user") : null;
        if (!caller.IsPrivileged)
        {
            var own = await callers.NameAsync(caller, cancellationToken);
            return name is null || LoginName.Parse(name)?.User == own ? own : throw new ControlException(JsonRpc.Forbidden, "Only root may name another user.");
        }

        var account = name is null ? await callers.FindAsync(caller, cancellationToken) : await accounts.FindAsync(name, cancellationToken);
        return account is { Uid: not 0 } ? CallerNames.NameOf(account)
            : account is null && name is not null ? throw new ControlException(JsonRpc.InvalidParams, "There is no such user on this machine.")
            : throw new ControlException(JsonRpc.InvalidParams, "root is not asked for the agreement: name a user (--user NAME).");
    }
}
