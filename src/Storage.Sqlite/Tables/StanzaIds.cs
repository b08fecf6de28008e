using System.Globalization;

namespace Ahenk.Storage.Sqlite.Tables;

/// <summary>
/// Stanza ids say which row of which database they belong to: <c>ahenk-DATABASE-ROW</c>. The database's part is random, so that nobody can make up a
/// receipt for a stanza that he has not seen.
/// </summary>
internal static class StanzaIds
{
    /// <summary>The part all ids of a database have in common.</summary>
    public static string PrefixFor(string databaseId) => $"ahenk-{databaseId}-";

    public static string Make(string prefix, long row) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{row}");

    /// <summary>The row, if the id is one of this database's and written as <see cref="Make"/> writes it.</summary>
    public static bool TryReadRow(string prefix, string stanzaId, out long row)
    {
        row = 0;
        return stanzaId.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(stanzaId.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out row)
            && stanzaId[prefix.Length] != '0';
    }
}
