using System.Diagnostics.CodeAnalysis;

namespace Ahenk.Gateway.Xmpp.Xmpp;

/// <summary>
/// A JID (RFC 7622). Local part and domain are compared without regard to case, the resource exactly. Full PRECIS
/// preparation is the server's work: the client only compares what servers have stamped.
/// </summary>
public sealed record Jid
{
    private const int MaxPartBytes = 1023;

    private Jid(string? local, string domain, string? resource)
    {
        Local = local;
        Domain = domain;
        Resource = resource;
    }

    /// <summary>The part before <c>@</c>, lower case, or <see langword="null"/>.</summary>
    public string? Local { get; }

    /// <summary>The domain, lower case.</summary>
    public string Domain { get; }

    /// <summary>The part after <c>/</c>, or <see langword="null"/>.</summary>
    public string? Resource { get; }

    /// <summary>Without the resource.</summary>
    public Jid Bare => Resource is null ? this : new Jid(Local, Domain, null);

    /// <summary>Reads a JID.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static Jid Parse(string text) => TryParse(text, out var jid) ? jid : throw new FormatException($"'{text}' is not a JID.");

    /// <summary>Reads a JID.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Jid? jid)
    {
        jid = null;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        string? resource = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            resource = text[(slash + 1)..];
            text = text[..slash];
        }

        string? local = null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            local = text[..at].ToLowerInvariant();
            text = text[(at + 1)..];
        }

        var domain = text.TrimEnd('.').ToLowerInvariant();
        if (!IsPart(domain, "@\"&'<>/ ") || (local is not null && !IsPart(local, "@\"&'/:<> ")) ||
            (resource is not null && !IsPart(resource, "")))
        {
            return false;
        }

        jid = new Jid(local, domain, resource);
        return true;
    }

    /// <summary>This account with a resource.</summary>
    public Jid WithResource(string resource) => new(Local, Domain, resource);

    /// <inheritdoc/>
    public override string ToString() => (Local is null ? "" : Local + "@") + Domain + (Resource is null ? "" : "/" + Resource);

    private static bool IsPart(string part, string forbidden)
    {
        if (part.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(part) > MaxPartBytes)
        {
            return false;
        }

        foreach (var character in part)
        {
            if (char.IsControl(character) || forbidden.Contains(character, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
