using System.Xml.Linq;

namespace Ahenk.LiderSimulator.Xmpp;

/// <summary>Creates, changes and removes accounts by XEP-0077. The real Lider writes LDAP entries instead (LP 1.3), with the same effect.</summary>
public static class InBandRegistration
{
    /// <summary>Creates an account over a connection of its own.</summary>
    /// <returns>False when an account of that name exists.</returns>
    /// <exception cref="BareXmppException">The server refused for another reason.</exception>
    public static async Task<bool> CreateAsync(
        BareXmppOptions server, string username, string password, CancellationToken cancellationToken)
    {
        var (stream, created) = await XmppLogin.RunAsync(
            server,
            async (opened, _, _, token) =>
            {
                try
                {
                    await XmppLogin.IqAsync(opened, "register", Query(username, password), token);
                    return true;
                }
                catch (BareXmppException e) when (e.Condition == "conflict")
                {
                    return false;
                }
            },
            cancellationToken);
        await stream.DisposeAsync();
        return created;
    }

    /// <summary>Changes an account's password, logging in with the present one.</summary>
    public static async Task ChangePasswordAsync(
        BareXmppOptions server, string username, string present, string wanted, CancellationToken cancellationToken)
    {
        await using var session = await LogInAsync(server, username, present, cancellationToken);
        await session.RequestAsync("set", server.Domain, Query(username, wanted), cancellationToken);
    }

    /// <summary>Removes an account, logging in with its password.</summary>
    public static async Task RemoveAsync(BareXmppOptions server, string username, string password, CancellationToken cancellationToken)
    {
        await using var session = await LogInAsync(server, username, password, cancellationToken);
        try
        {
            await session.RequestAsync("set", server.Domain, "<query xmlns='jabber:iq:register'><remove/></query>", cancellationToken);
        }
        catch (BareXmppException e) when (e.Condition is null && session.Closed.IsCompleted)
        {
            // XEP-0077 3.2: a server may end the stream of the account it has just removed instead of answering.
            return;
        }
    }

    /// <summary>The exception for an IQ of type error.</summary>
    internal static BareXmppException IqError(XElement iq)
    {
        var condition = iq.Element(XmppNames.Client + "error")?.Elements().FirstOrDefault()?.Name.LocalName;
        return new BareXmppException($"The server answered {condition ?? "something unexpected"}.", condition);
    }

    private static Task<BareXmppConnection> LogInAsync(
        BareXmppOptions server, string username, string password, CancellationToken cancellationToken) =>
        BareXmppConnection.ConnectAsync(
            server with { Username = username, Password = password, Resource = "account" }, onStanza: null, cancellationToken);

    private static string Query(string username, string password) =>
        $"<query xmlns='jabber:iq:register'><username>{XmppNames.Escape(username)}</username>" +
        $"<password>{XmppNames.Escape(password)}</password></query>";
}
