using System.Globalization;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Machine.Linux.Sessions;

/// <summary>
/// Users by way of <c>getent</c> and <c>id</c>: these ask the name service, with whatever modules the machine has for it. Not in-process, for a module of a
/// directory that hangs or crashes shall take a child with it and not the agent.
/// </summary>
/// <param name="commands">Runs them.</param>
/// <param name="logger">Hears of a name service that fails.</param>
public sealed partial class Accounts(ICommandRunner commands, ILogger<Accounts> logger) : IAccounts
{
    /// <summary>How long the name service may take: a directory that is not reached gives up by itself before that.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    private const int NotFound = 2;
    private const uint NoUser = uint.MaxValue;

    /// <inheritdoc/>
    public async Task<Account?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (LoginName.Parse(name) is not { } login)
        {
            return null;
        }

        var entry = await LookUpAsync(login.ToString(), [], cancellationToken);
        if (entry is null && login.Domain is not null && await LookUpAsync(login.User, ["--service=files"], cancellationToken) is null)
        {
            entry = await LookUpAsync(login.User, [], cancellationToken);
        }

        return await WithGroupsAsync(entry, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Account?> FindAsync(uint uid, CancellationToken cancellationToken)
    {
        var entry = await LookUpAsync(uid.ToString(CultureInfo.InvariantCulture), [], cancellationToken);

        // getent takes digits for a number only when nobody has them as a name.
        return entry?.Uid == uid ? await WithGroupsAsync(entry, cancellationToken) : null;
    }

    private async Task<Account?> LookUpAsync(string name, string[] options, CancellationToken cancellationToken)
    {
        var result = await commands.RunAsync(new CommandLine("getent", [.. options, "passwd", name]) { TimeLimit = TimeLimit }, cancellationToken);
        if (!result.Succeeded)
        {
            if (result.ExitCode != NotFound)
            {
                LogFailure("getent", name, Explain(result));
            }

            return null;
        }

        var account = ParseEntry(result.Output);
        if (account is null)
        {
            LogFailure("getent", name, "its answer is not an entry of passwd(5) with an absolute home");
        }

        return account;
    }

    private async Task<Account?> WithGroupsAsync(Account? account, CancellationToken cancellationToken) =>
        account is null ? null : account with { Groups = await ReadGroupsAsync(account, cancellationToken) };

    private async Task<IReadOnlyList<uint>> ReadGroupsAsync(Account account, CancellationToken cancellationToken)
    {
        var result = await commands.RunAsync(new CommandLine("id", "-G", account.Name) { TimeLimit = TimeLimit }, cancellationToken);
        if (!result.Succeeded)
        {
            LogFailure("id", account.Name, Explain(result));
            return [account.Gid];
        }

        var groups = new List<uint> { account.Gid };
        foreach (var text in result.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParseNumber(text, out var group) && !groups.Contains(group))
            {
                groups.Add(group);
            }
        }

        return groups;
    }

    /// <summary>One line of passwd(5).</summary>
    internal static Account? ParseEntry(string output)
    {
        var fields = output.Split('\n')[0].Split(':');
        return fields.Length == 7 && LoginName.Parse(fields[0]) is not null &&
            TryParseNumber(fields[2], out var uid) && TryParseNumber(fields[3], out var gid) && uid != NoUser && fields[5].StartsWith('/') && !fields[5].Any(char.IsControl)
            ? new Account(fields[0], uid, gid, fields[5], fields[6].Any(char.IsControl) ? "" : fields[6], [gid])
            : null;
    }

    private static bool TryParseNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Explain(CommandResult result) =>
        result.StartError ?? (result.TimedOut ? "it took too long" : $"exit code {result.ExitCode}: {result.Error.Trim()}");

    [LoggerMessage(5030, LogLevel.Warning, "[SESSION] The user '{User}' could not be looked up by {Program}: {Reason}")]
    private partial void LogFailure(string program, string user, string reason);
}
