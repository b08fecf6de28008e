using System.Text.Json;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator;

/// <summary>
/// REGISTER and UNREGISTER as LP 4.1 and 4.3 describe them. The directory that the XMPP server authenticates against is modelled by the
/// XMPP server's own accounts: an account exists exactly where the real server would have a directory entry.
/// </summary>
/// <param name="options">The server's settings.</param>
/// <param name="agents">Accounts and rows.</param>
internal sealed class RegistrationDesk(LiderServerOptions options, AgentDirectory agents)
{
    private readonly BareXmppOptions _server = options.Xmpp with { Username = null };
    private int _received;

    /// <summary>What to answer, and what to do once the answer is out.</summary>
    /// <param name="Status">The status of REGISTRATION_RESPONSE; <see langword="null"/>: no answer.</param>
    /// <param name="Note">The text of the answer, or why there is none.</param>
    /// <param name="AgentDn">The agent's entry.</param>
    public sealed record Decision(string? Status, string Note, string? AgentDn = null)
    {
        /// <summary>Passed the authorization: the agent goes into the roster (LP 1.7).</summary>
        public bool AddToRoster { get; init; }
    }

    /// <summary>Handles REGISTER; one at a time.</summary>
    public async Task<Decision> RegisterAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        var script = options.Registration;
        var name = Name(message);
        var password = message.Text("password")!;
        var number = ++_received;
        if (number <= script.SilentFirst)
        {
            if (script.SilentCreatesAccount)
            {
                await CreateAccountAsync(name, password, cancellationToken);
            }

            return new Decision(null, "silent by order");
        }

        if (number - script.SilentFirst <= script.RefuseFirst)
        {
            return Refusal(script.RefuseWith, name);
        }

        if (!IsAuthorized(message))
        {
            return Refusal("NOT_AUTHORIZED", name);
        }

        if (script.OldPasswordFirst && agents.Find(name)?.AccountPassword is null)
        {
            await CreateAccountAsync(name, "old-" + Guid.NewGuid().ToString("N"), cancellationToken);
        }

        var isNewEntry = agents.Find(name)?.AccountPassword is null;
        await CreateAccountAsync(name, password, cancellationToken);
        if (isNewEntry && !HasData(message, out _))
        {
            return new Decision(null, "data is missing: the entry exists now, but the server fails (LP 3.2)");
        }

        return await UpdateRowAsync(message, name, password, cancellationToken);
    }

    /// <summary>Handles UNREGISTER but for the removal of the account, which comes after the answer.</summary>
    public Decision Unregister(InboundMessage message)
    {
        var name = Name(message);
        return !IsAuthorized(message) ? Refusal("NOT_AUTHORIZED", name)
            : new Decision("UNREGISTERED", "ok", agents.Find(name) is { IsRegistered: true } ? Dn(name) : null);
    }

    /// <summary>Removes row and account.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        var agent = agents.Find(name);
        agents.Remove(name);
        if (agent?.AccountPassword is { } password)
        {
            await InBandRegistration.RemoveAsync(_server, name, password, cancellationToken);
        }
    }

    /// <summary>Creates the account where there is none yet; an existing one keeps its password.</summary>
    public async Task CreateAccountAsync(string name, string password, CancellationToken cancellationToken)
    {
        if (agents.Find(name)?.AccountPassword is not null)
        {
            return;
        }

        // An account that exists although this server does not know it stems from an earlier run: its password is taken to be the same.
        await InBandRegistration.CreateAsync(_server, name, password, cancellationToken);
        agents.Update(name, agent => agent with { AccountPassword = password });
    }

    /// <summary>The agent's name: the local part of the JSON's <c>from</c>, not the stanza's sender (LP 1.4).</summary>
    public static string Name(InboundMessage message) => XmppNames.Local(message.Text("from")!);

    private async Task<Decision> UpdateRowAsync(InboundMessage message, string name, string password, CancellationToken cancellationToken)
    {
        var present = agents.Find(name)!;
        var addresses = Addresses(message.Text("macAddresses")!);
        if (present.IsRegistered && !present.MacAddresses.Intersect(addresses).Any())
        {
            return new Decision("ALREADY_EXISTS", "Updated", Dn(name)) { AddToRoster = true };
        }

        var accountPassword = present.AccountPassword!;
        if (present.IsRegistered && accountPassword != password)
        {
            await InBandRegistration.ChangePasswordAsync(_server, name, accountPassword, password, cancellationToken);
            accountPassword = password;
        }

        agents.Update(name, agent => agent with
        {
            IsRegistered = true,
            AccountPassword = accountPassword,
            Hostname = message.Text("hostname")!,
            MacAddresses = addresses,
            Properties = Properties(message, _ => true),
            UnreadableProperties = Properties(message, MessageRules.IsUnreadable),
            Registrations = agent.Registrations + 1,
        });
        return new Decision("REGISTERED", "ok", Dn(name)) { AddToRoster = true };
    }

    private bool IsAuthorized(InboundMessage message) => options.Registration.AuthorizedUser is not { } user ||
        (message.Text("userName") == user && message.Text("userPassword") == options.Registration.AuthorizedPassword);

    private static Decision Refusal(string status, string name) => status == "NOT_AUTHORIZED"
        ? new Decision(status, "User Not Found")
        : new Decision(status, "Updated", Dn(name)) { AddToRoster = true };

    private static string Dn(string name) => $"cn={name},ou=Agents,dc=liderahenk,dc=org";

    /// <summary>As the server compares them: without blanks and apostrophes (LP 3.2).</summary>
    private static string[] Addresses(string text) =>
        [.. text.Replace("'", "", StringComparison.Ordinal).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(address => address.ToLowerInvariant())];

    private static HashSet<string> Properties(InboundMessage message, Func<JsonProperty, bool> isWanted) => HasData(message, out var data)
        ? [.. data.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null && isWanted(property)).Select(property => property.Name)]
        : [];

    private static bool HasData(InboundMessage message, out JsonElement data) =>
        message.Fields.TryGetValue("data", out data) && data.ValueKind == JsonValueKind.Object;
}
