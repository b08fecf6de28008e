using System.Text;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains;

/// <summary>
/// The names a machine tries to register with. Lider puts the name unescaped into LDAP filters and lower-cases it in paths, so only
/// <c>[a-z0-9.-]</c> is used (LP 1.4).
/// </summary>
public static class AgentName
{
    private const int MaxLength = 63;
    private const int TailLength = 6;

    /// <summary>
    /// Attempt 0 is the host name; later ones add the end of one of the machine's hardware addresses, so that a machine whose name is
    /// taken gets a name that stays the same when it is set up again, and then a number.
    /// </summary>
    public static string Candidate(NetworkIdentity network, int attempt)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfNegative(attempt);
        var name = Clean(network.Hostname);
        if (attempt == 0)
        {
            return name;
        }

        var tails = network.MacAddresses.Select(Tail).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var round = tails.Length == 0 ? attempt : (attempt - 1) / tails.Length;
        var suffix = tails.Length == 0 ? "" : "-" + tails[(attempt - 1) % tails.Length];
        if (round > 0)
        {
            suffix += $"-{round}";
        }

        return name[..Math.Min(name.Length, MaxLength - suffix.Length)] + suffix;
    }

    /// <summary>How many names are tried before registration is given up: three for each network address.</summary>
    public static int Attempts(NetworkIdentity network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return 3 * Math.Max(1, network.MacAddresses.Count);
    }

    /// <summary>The last six hexadecimal digits of a hardware address; <see langword="null"/> when it has not as many.</summary>
    private static string? Tail(string address)
    {
        var digits = string.Concat(address.Where(char.IsAsciiHexDigit)).ToLowerInvariant();
        return digits.Length < TailLength ? null : digits[^TailLength..];
    }

    private static string Clean(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var character in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(character) || character is '-' or '.')
            {
                builder.Append(character);
            }
        }

        var cleaned = builder.ToString().Trim('-', '.');
        return cleaned.Length == 0 ? "ahenk" : cleaned[..Math.Min(cleaned.Length, MaxLength)];
    }
}
