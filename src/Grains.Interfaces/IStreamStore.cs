namespace Ahenk.Grains.Interfaces;

/// <summary>What a restarted agent needs to resume its XMPP stream (XEP-0198). Calls cost no fsync.</summary>
public interface IStreamStore
{
    /// <summary>The stored stream, or <see langword="null"/>.</summary>
    ValueTask<StoredStream?> LoadAsync();

    /// <summary>Replaces the stored stream.</summary>
    ValueTask SaveAsync(StoredStream stream);

    /// <summary>Forgets it.</summary>
    ValueTask ClearAsync();
}

/// <summary>A resumable stream.</summary>
/// <param name="StreamId">The stream-management id.</param>
/// <param name="BoundJid">The full JID bound to it.</param>
/// <param name="Handled">How many of the server's stanzas were handled durably.</param>
/// <param name="Sent">The highest sequence number of an own stanza known.</param>
public sealed record StoredStream(string StreamId, string BoundJid, long Handled, long Sent);
