using System.Text;
using System.Xml.Linq;

namespace Ahenk.Gateway.Xmpp.Tests.Scripted;

/// <summary>The usual steps of a server, so that a test spells out only its own.</summary>
internal static class Steps
{
    public const string Domain = "im.liderahenk.org";
    public const string StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

    public static string Mechanisms(params IEnumerable<string> names) =>
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + string.Concat(names.Select(name => $"<mechanism>{name}</mechanism>")) + "</mechanisms>";

    public static string Header(string id = "x1") =>
        "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
        $"id='{id}' from='{Domain}' version='1.0'>";

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static string FromBase64(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));

    /// <summary>Reads the client's header and answers with ours and the features.</summary>
    public static async Task<XElement> OpenAsync(this ScriptedConnection connection, string features)
    {
        var token = await connection.ReadAsync("the client's stream header");
        Assert.Equal(TokenKind.Header, token.Kind);
        await connection.WriteAsync(Header() + $"<stream:features>{features}</stream:features>");
        return token.Element!;
    }

    /// <summary>Reads <c>starttls</c> and answers <c>proceed</c>.</summary>
    public static async Task ProceedAsync(this ScriptedConnection connection, string behind = "")
    {
        await connection.ReadElementAsync(ScriptedConnection.TlsNamespace + "starttls", "starttls");
        await connection.WriteAsync("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + behind);
    }

    public static Task<XElement> ReadAuthAsync(this ScriptedConnection connection) =>
        connection.ReadElementAsync(ScriptedConnection.Sasl + "auth", "the client's choice of mechanism");

    public static Task SucceedAsync(this ScriptedConnection connection, string data = "") =>
        connection.WriteAsync($"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{data}</success>");

    public static Task FailAsync(this ScriptedConnection connection, string condition) =>
        connection.WriteAsync($"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/></failure>");

    /// <summary>Offers SCRAM mechanisms, runs the exchange up to the success and gives the mechanism the client chose.</summary>
    public static async Task<string> ScramAsync(this ScriptedConnection connection, ScramServer scram)
    {
        var auth = await connection.ReadAuthAsync();
        await connection.WriteAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{Base64(scram.First(FromBase64(auth.Value)))}</challenge>");
        var response = await connection.ReadElementAsync(ScriptedConnection.Sasl + "response", "the client's proof");
        var final = scram.Final(FromBase64(response.Value));
        Assert.Null(scram.Complaint);
        await connection.SucceedAsync(final.Length == 0 ? "" : Base64(final));
        return (string)auth.Attribute("mechanism")!;
    }

    /// <summary>From the first byte to the session, in plain text with PLAIN.</summary>
    public static async Task EstablishAsync(this ScriptedConnection connection, SessionScript? script = null)
    {
        await connection.OpenAsync(Mechanisms("PLAIN", "ANONYMOUS"));
        await connection.ReadAuthAsync();
        await connection.SucceedAsync();
        await connection.BindAsync(script);
    }

    /// <summary>From authentication to the session: binding or resumption, stream management, presence.</summary>
    public static async Task BindAsync(this ScriptedConnection connection, SessionScript? script = null, bool isPermanent = true)
    {
        script ??= new SessionScript();
        var management = script.OffersStreamManagement ? "<sm xmlns='urn:xmpp:sm:3'/>" : "";
        await connection.OpenAsync($"<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>{management}{script.MoreFeatures}");
        var request = await connection.ReadElementAsync("a request to bind or to resume");
        if (request.Name == ScriptedConnection.Sm + "resume")
        {
            var answer = script.AnswerResume(request);
            await connection.WriteAsync(answer);
            if (answer.StartsWith("<resumed", StringComparison.Ordinal))
            {
                connection.StartCounting((long)XElement.Parse(answer).Attribute("h")!);
                return;
            }

            request = await connection.ReadElementAsync("a request to bind after a failed resumption");
        }

        Assert.Equal(ScriptedConnection.Client + "iq", request.Name);
        await connection.WriteAsync(
            $"<iq type='result' id='{(string)request.Attribute("id")!}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
            $"<jid>{script.BoundJid}</jid></bind></iq>");
        if (!isPermanent)
        {
            return;
        }

        if (script.OffersStreamManagement)
        {
            await connection.ReadElementAsync(ScriptedConnection.Sm + "enable", "a request to enable stream management");
            connection.StartCounting();
            await connection.WriteAsync($"<enabled xmlns='urn:xmpp:sm:3' id='{script.StreamId}' resume='true' {script.EnabledExtra}/>");
        }

        var presence = await connection.ReadStanzaAsync("the initial presence");
        Assert.Equal(ScriptedConnection.Client + "presence", presence.Name);
    }

    public static string Resumed(string streamId, long h) => $"<resumed xmlns='urn:xmpp:sm:3' previd='{streamId}' h='{h}'/>";

    public static Task AckAsync(this ScriptedConnection connection, long h) => connection.WriteAsync($"<a xmlns='urn:xmpp:sm:3' h='{h}'/>");

    public static Task RequestAckAsync(this ScriptedConnection connection) => connection.WriteAsync("<r xmlns='urn:xmpp:sm:3'/>");

    public static string Message(string body, string id = "m1", string from = $"lider_sunucu@{Domain}/Smack") =>
        $"<message type='normal' id='{id}' from='{from}' to='agent@{Domain}'><body>{body}</body></message>";

    public static Task MessageAsync(this ScriptedConnection connection, string body, string id = "m1") => connection.WriteAsync(Message(body, id));
}
