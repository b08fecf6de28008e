using System.Text.Json.Nodes;
using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Silo.Control;

/// <summary>The user agreement over the control socket: everybody reads and answers it for themselves; root may name somebody.</summary>
internal sealed class AgreementControl(IGrainFactory grains, IAccounts accounts) : IControlMethods
{
    public IEnumerable<ControlMethod> Methods =>
    [
        new("agreement", async (request, caller, token) => await Describe(request, caller, token)) { IsForEverybody = true },
        ControlMethod.Change("agreement_answer", async (request, caller, token) => await Answer(request, caller, token)) with { IsForEverybody = true },
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

    /// <summary>The login name without a domain, by which users have their grains.</summary>
    private async Task<string> FindUser(ControlRequest request, PeerCredentials caller, CancellationToken cancellationToken)
    {
        var own = await accounts.FindAsync(caller.UserId, cancellationToken);
        var account = own;
        if (request.Params.ContainsKey("user"))
        {
            var name = request.Text("user");
            account = await accounts.FindAsync(name, cancellationToken);
            if (!caller.IsPrivileged && (account is null || account.Uid != caller.UserId))
            {
                throw new ControlException(JsonRpc.Forbidden, "Only root may name another user.");
            }

            if (account is null)
            {
                throw new ControlException(JsonRpc.InvalidParams, "There is no such user on this machine.");
            }
        }

        return account is null ? throw new ControlException(JsonRpc.Forbidden, $"The number {caller.UserId} belongs to no user.")
            : account.Uid == 0 ? throw new ControlException(JsonRpc.InvalidParams, "root is not asked for the agreement: name a user (--user NAME).")
            : LoginName.Parse(account.Name)?.User ?? account.Name;
    }
}
