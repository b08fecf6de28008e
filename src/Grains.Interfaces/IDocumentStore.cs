namespace Ahenk.Grains.Interfaces;

/// <summary>
/// State of grains that must never disagree with what is on its way to Lider: one text a key, stored in one transaction with the messages that tell of
/// it. (State that no message depends on lies in Orleans' own grain storage.)
/// </summary>
public interface IDocumentStore
{
    /// <summary>A text, or <see langword="null"/>.</summary>
    /// <exception cref="StorageException">It could not be read.</exception>
    ValueTask<string?> FindAsync(DocumentKey key);

    /// <summary>All keys and texts of a kind, in the order of their names.</summary>
    /// <exception cref="StorageException">They could not be read.</exception>
    ValueTask<IReadOnlyList<Document>> ListAsync(string kind);

    /// <summary>Stores texts and messages, all or nothing; they survive a power cut when the task completes.</summary>
    /// <param name="documents">The texts; one of <see langword="null"/> is removed.</param>
    /// <param name="messages">The messages, in order.</param>
    /// <exception cref="StorageException">Nothing was stored.</exception>
    ValueTask SaveAsync(IReadOnlyList<Document> documents, IReadOnlyList<OutboxDraft> messages);
}

/// <summary>What a document is about.</summary>
/// <param name="Kind">One of <see cref="DocumentKinds"/>.</param>
/// <param name="Name">The key within the kind, for example a user's name.</param>
public readonly record struct DocumentKey(string Kind, string Name);

/// <summary>A text under its key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Text">The text, JSON by custom; may hold secrets.</param>
public sealed record Document(DocumentKey Key, string? Text)
{
    /// <summary>Without the text.</summary>
    public override string ToString() => $"Document {{ {Key} }}";
}

/// <summary>The kinds of documents. Their names stand in the database: they never change.</summary>
public static class DocumentKinds
{
    /// <summary>How a user's session stands, by the user's name.</summary>
    public const string Session = "session";

    /// <summary>A set of policies and what is applied of it, by the key of its grain.</summary>
    public const string Policies = "policies";

    /// <summary>The text of the user agreement; one, with the name <c>text</c>.</summary>
    public const string AgreementText = "agreement";

    /// <summary>What a user said to the agreement, by the user's name.</summary>
    public const string AgreementAnswer = "agreement-answer";

    /// <summary>That the state of the Python Ahenk was taken over; one, with the name <c>python-ahenk</c>.</summary>
    public const string Import = "import";
}
