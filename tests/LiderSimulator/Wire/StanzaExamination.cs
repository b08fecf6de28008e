using System.Text;
using System.Xml.Linq;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator.Wire;

/// <summary>The rules of LP 1.5 and 1.10 on the message stanza around a body.</summary>
public static class StanzaExamination
{
    /// <summary>The strictest stanza limit among the known installations (LP 1.10).</summary>
    public const int SmallestServerLimit = 65536;

    private static readonly XName BodyName = XmppNames.Client + "body";

    /// <summary>Examines a message stanza; the body is <see langword="null"/> when no listener would get one.</summary>
    public static (string? Body, IReadOnlyList<Finding> Findings) Examine(XElement message)
    {
        var findings = new List<Finding>();
        var type = (string?)message.Attribute("type") ?? "normal";
        if (type != "normal")
        {
            findings.Add(new Finding($"message type is '{type}', not 'normal' (LP 1.5)", IsDropped: true));
        }

        var bodies = message.Elements(BodyName).ToList();
        if (bodies.Count == 0)
        {
            findings.Add(new Finding("a message without a body breaks Lider's filters (LP 1.5)", IsDropped: true));
            return (null, findings);
        }

        if (bodies.Count > 1)
        {
            findings.Add(new Finding("more than one body (LP 1.5)", IsDropped: false));
        }

        var body = bodies[0];
        if (body.HasElements)
        {
            findings.Add(new Finding("the body holds elements (LP 1.5)", IsDropped: true));
        }

        var language = (string?)body.Attribute(XNamespace.Xml + "lang");
        if (language is not null && language != (string?)message.Attribute(XNamespace.Xml + "lang"))
        {
            findings.Add(new Finding("the body's xml:lang differs from the message's (LP 1.5)", IsDropped: true));
        }

        // The server has escaped the text anew; only what the agent must at least have written can be held against it.
        var least = Encoding.UTF8.GetByteCount(body.Value) + body.Value.Count(character => character is '<' or '>' or '&') * 3;
        if (least > SmallestServerLimit)
        {
            findings.Add(new Finding($"the stanza has more than {least} bytes; some servers close the stream at {SmallestServerLimit} (LP 1.10)", IsDropped: false));
        }

        return (findings.Any(finding => finding.IsDropped) ? null : body.Value, findings);
    }
}
